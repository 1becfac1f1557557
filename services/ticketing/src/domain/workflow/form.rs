//! Forms of actions: fields, the check of an input, and the JSON schema that apps draw them from.

mod check;
mod schema;

use std::collections::BTreeMap;

use kernel::{OrgCode, Role};
use serde_json::{Map, Value};

use crate::domain::wording::Bilingual;

/// The fields of an action, in the order in which they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// The fields.
    pub fields: Vec<Field>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The key in the input.
    pub name: String,
    /// The label.
    pub title: Bilingual,
    /// What it holds.
    pub kind: FieldKind,
    /// When it must be filled in.
    pub required: Required,
}

/// When a field must be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Required {
    /// Never.
    No,
    /// Always.
    Yes,
    /// When a boolean field has this value.
    When(String, bool),
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// A text; line breaks are allowed, other control characters are not.
    Text {
        /// The least number of characters.
        min: usize,
        /// The greatest number of characters.
        max: usize,
    },
    /// A whole number.
    Integer {
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// Yes or no.
    Boolean,
    /// One of several values.
    Choice {
        /// The values.
        options: Vec<ChoiceOption>,
    },
    /// The code of an organisation.
    OrgCode,
    /// A set of roles.
    Roles,
}

/// One value of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceOption {
    /// The value.
    pub value: String,
    /// The label.
    pub title: Bilingual,
}

impl FieldKind {
    /// The type names of definitions.
    pub const NAMES: [&'static str; 6] =
        ["text", "integer", "boolean", "choice", "org_code", "roles"];

    /// Returns the type name used in definitions.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Integer { .. } => "integer",
            Self::Boolean => "boolean",
            Self::Choice { .. } => "choice",
            Self::OrgCode => "org_code",
            Self::Roles => "roles",
        }
    }
}

/// A checked value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// Of a text field, trimmed.
    Text(String),
    /// Of an integer field.
    Integer(i64),
    /// Of a boolean field.
    Boolean(bool),
    /// Of a choice field.
    Choice(String),
    /// Of an organisation field.
    OrgCode(OrgCode),
    /// Of a role field, in the order of [`Role::ALL`].
    Roles(Vec<Role>),
}

/// A checked input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    values: BTreeMap<String, FieldValue>,
}

impl Form {
    /// Finds a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Input {
    /// Returns a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.values.get(name) {
            Some(FieldValue::Text(text) | FieldValue::Choice(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns a whole number.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.values.get(name) {
            Some(FieldValue::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// Returns a yes or no.
    #[must_use]
    pub fn boolean(&self, name: &str) -> Option<bool> {
        match self.values.get(name) {
            Some(FieldValue::Boolean(value)) => Some(*value),
            _ => None,
        }
    }

    /// Returns the code of an organisation.
    #[must_use]
    pub fn org_code(&self, name: &str) -> Option<&OrgCode> {
        match self.values.get(name) {
            Some(FieldValue::OrgCode(code)) => Some(code),
            _ => None,
        }
    }

    /// Walks the free texts with their JSON pointers.
    pub fn texts(&self) -> impl Iterator<Item = (String, &str)> {
        self.values.iter().filter_map(|(name, value)| match value {
            FieldValue::Text(text) => Some((format!("/{name}"), text.as_str())),
            _ => None,
        })
    }

    /// Returns the values as JSON, for the timeline.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        for (name, value) in &self.values {
            let json = match value {
                FieldValue::Text(text) | FieldValue::Choice(text) => Value::from(text.as_str()),
                FieldValue::Integer(number) => Value::from(*number),
                FieldValue::Boolean(value) => Value::from(*value),
                FieldValue::OrgCode(code) => Value::from(code.as_str()),
                FieldValue::Roles(roles) => roles.iter().map(|role| role.as_str()).collect(),
            };
            object.insert(name.clone(), json);
        }
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests;
