//! The check of an input against a form: every mistake at its JSON pointer.

use std::collections::BTreeMap;

use kernel::{OrgCode, Role};
use serde_json::Value;

use super::{ChoiceOption, Field, FieldKind, FieldValue, Form, Input, Required};
use crate::domain::wording::Bilingual;
use crate::domain::workflow::refusal::InputProblem;

impl Form {
    /// Checks an input; `null` stands for an empty one.
    pub fn check(&self, input: &Value) -> Result<Input, Vec<InputProblem>> {
        let empty = serde_json::Map::new();
        let object = match input {
            Value::Null => &empty,
            Value::Object(object) => object,
            _ => {
                return Err(vec![InputProblem {
                    pointer: String::new(),
                    reason: Bilingual::new("须为 JSON 对象", "must be a JSON object"),
                }]);
            }
        };
        let mut problems = Vec::new();
        for name in object.keys() {
            if self.field(name).is_none() {
                let reason = Bilingual::new("没有此字段", "there is no such field");
                problems.push(InputProblem {
                    pointer: pointer(name),
                    reason,
                });
            }
        }
        let mut values = BTreeMap::new();
        for field in &self.fields {
            match object.get(&field.name) {
                None | Some(Value::Null) => {
                    if is_required(field, object) {
                        let reason = Bilingual::new("必填", "is required");
                        problems.push(InputProblem {
                            pointer: pointer(&field.name),
                            reason,
                        });
                    }
                }
                Some(value) => match check_value(&field.kind, value) {
                    Ok(value) => {
                        values.insert(field.name.clone(), value);
                    }
                    Err(reason) => {
                        problems.push(InputProblem {
                            pointer: pointer(&field.name),
                            reason,
                        });
                    }
                },
            }
        }
        if problems.is_empty() {
            Ok(Input { values })
        } else {
            Err(problems)
        }
    }
}

/// Writes a key as a JSON pointer (RFC 6901).
fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn is_required(field: &Field, object: &serde_json::Map<String, Value>) -> bool {
    match &field.required {
        Required::No => false,
        Required::Yes => true,
        Required::When(other, value) => object.get(other).and_then(Value::as_bool) == Some(*value),
    }
}

fn check_value(kind: &FieldKind, value: &Value) -> Result<FieldValue, Bilingual> {
    match kind {
        FieldKind::Text { min, max } => check_text(*min, *max, value),
        FieldKind::Integer { min, max } => check_integer(*min, *max, value),
        FieldKind::Boolean => match value {
            Value::Bool(value) => Ok(FieldValue::Boolean(*value)),
            _ => Err(Bilingual::new(
                "须为 true 或 false",
                "must be true or false",
            )),
        },
        FieldKind::Choice { options } => check_choice(options, value),
        FieldKind::OrgCode => match value.as_str().map(str::parse::<OrgCode>) {
            Some(Ok(code)) => Ok(FieldValue::OrgCode(code)),
            _ => Err(Bilingual::new(
                "须为组织代码",
                "must be the code of an organisation",
            )),
        },
        FieldKind::Roles => check_roles(value),
    }
}

fn check_text(min: usize, max: usize, value: &Value) -> Result<FieldValue, Bilingual> {
    let Value::String(text) = value else {
        return Err(Bilingual::new("须为文本", "must be a text"));
    };
    let text = text.trim();
    if text
        .chars()
        .any(|letter| letter.is_control() && letter != '\n' && letter != '\t')
    {
        return Err(Bilingual::new(
            "不得含控制字符",
            "must not hold control characters",
        ));
    }
    let length = text.chars().count();
    if length < min || length > max {
        return Err(Bilingual::new(
            format!("须为 {min} 至 {max} 个字"),
            format!("must have {min} to {max} characters"),
        ));
    }
    Ok(FieldValue::Text(text.to_owned()))
}

fn check_integer(min: i64, max: i64, value: &Value) -> Result<FieldValue, Bilingual> {
    match value.as_i64() {
        Some(number) if (min..=max).contains(&number) => Ok(FieldValue::Integer(number)),
        _ => Err(Bilingual::new(
            format!("须为 {min} 至 {max} 的整数"),
            format!("must be a whole number from {min} to {max}"),
        )),
    }
}

fn check_choice(options: &[ChoiceOption], value: &Value) -> Result<FieldValue, Bilingual> {
    let found = value
        .as_str()
        .filter(|text| options.iter().any(|option| option.value == *text));
    if let Some(text) = found {
        return Ok(FieldValue::Choice(text.to_owned()));
    }
    let values: Vec<&str> = options.iter().map(|option| option.value.as_str()).collect();
    let values = values.join(", ");
    Err(Bilingual::new(
        format!("须为以下之一：{values}"),
        format!("must be one of {values}"),
    ))
}

fn check_roles(value: &Value) -> Result<FieldValue, Bilingual> {
    let wrong = || {
        Bilingual::new(
            "须为不重复的角色名列表",
            "must be a list of different role names",
        )
    };
    let Value::Array(names) = value else {
        return Err(wrong());
    };
    let mut roles = Vec::new();
    for name in names {
        let role: Role = name
            .as_str()
            .and_then(|name| name.parse().ok())
            .ok_or_else(wrong)?;
        if roles.contains(&role) {
            return Err(wrong());
        }
        roles.push(role);
    }
    roles.sort_unstable();
    Ok(FieldValue::Roles(roles))
}
