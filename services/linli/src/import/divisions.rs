//! Divisions: `code,name,level,parent_code`.

use std::path::Path;

use kernel::DivisionCode;
use serde_json::json;

use super::rows::{self, Rows};

/// Levels from the top; parents go before their children.
const LEVELS: [&str; 4] = ["city", "district", "street", "community"];

pub(super) fn read(file: &Path) -> anyhow::Result<Rows> {
    let (mut rows, bad) = rows::read(file, &["code", "name", "level", "parent_code"], |record| {
        let code = record.text("code")?;
        code.parse::<DivisionCode>()
            .map_err(|error| format!("{code}：{error}"))?;
        let parent = record.text("parent_code")?;
        if !parent.is_empty() {
            parent
                .parse::<DivisionCode>()
                .map_err(|error| format!("{parent}：{error}"))?;
        }
        let (name, level) = (record.text("name")?, record.text("level")?);
        if name.is_empty() {
            return Err("名称为空 (empty name)".to_owned());
        }
        if !LEVELS.contains(&level) {
            return Err(format!("未知级别 {level} (unknown level)"));
        }
        let parent = (!parent.is_empty()).then_some(parent);
        Ok(json!({"code": code, "name": name, "level": level, "parent_code": parent}))
    })?;
    rows.sort_by_key(|row| {
        let level = row.body.get("level").and_then(serde_json::Value::as_str);
        LEVELS.iter().position(|known| Some(*known) == level)
    });
    Ok((rows, bad))
}
