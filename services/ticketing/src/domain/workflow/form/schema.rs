//! The JSON schema of a form: what an app needs to draw the fields and to check them before sending.

use kernel::Role;
use serde_json::{Map, Value, json};

use super::{Field, FieldKind, Form, Required};

impl Form {
    /// Returns the JSON schema (2020-12).
    ///
    /// `title` is Chinese; `x-title` carries both languages and `x-order` the place of the field in the form.
    #[must_use]
    pub fn schema(&self) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        let mut conditions = Vec::new();
        for (order, field) in self.fields.iter().enumerate() {
            properties.insert(field.name.clone(), property(field, order));
            match &field.required {
                Required::No => {}
                Required::Yes => required.push(Value::from(field.name.as_str())),
                Required::When(other, value) => conditions.push(json!({
                    "if": {"properties": {other: {"const": value}}, "required": [other]},
                    "then": {"required": [field.name]},
                })),
            }
        }
        let mut schema = json!({
            "type": "object",
            "additionalProperties": false,
            "properties": properties,
            "required": required,
        });
        if let (Some(object), false) = (schema.as_object_mut(), conditions.is_empty()) {
            object.insert("allOf".to_owned(), Value::Array(conditions));
        }
        schema
    }
}

fn property(field: &Field, order: usize) -> Value {
    let mut schema = match &field.kind {
        FieldKind::Text { min, max } => {
            json!({"type": "string", "minLength": min, "maxLength": max})
        }
        FieldKind::Integer { min, max } => {
            json!({"type": "integer", "minimum": min, "maximum": max})
        }
        FieldKind::Boolean => json!({"type": "boolean"}),
        FieldKind::Choice { options } => {
            let values: Vec<&str> = options.iter().map(|option| option.value.as_str()).collect();
            let titles: Vec<Value> = options
                .iter()
                .map(|option| json!({"value": option.value, "title": option.title}))
                .collect();
            json!({"type": "string", "enum": values, "x-options": titles})
        }
        FieldKind::OrgCode => json!({
            "type": "string",
            "format": "org-code",
            "pattern": r"^[1-8][0-9]{11}([.][A-Z0-9-]{1,12}){0,4}$",
        }),
        FieldKind::Roles => {
            let names: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
            json!({"type": "array", "uniqueItems": true, "items": {"type": "string", "enum": names}})
        }
    };
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), Value::from(field.title.zh.as_str()));
        object.insert("x-title".to_owned(), json!(field.title));
        object.insert("x-order".to_owned(), Value::from(order));
    }
    schema
}
