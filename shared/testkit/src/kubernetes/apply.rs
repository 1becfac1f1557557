//! Server-side apply: whoever applies fields owns them; what they leave out is taken out, what somebody else owns
//! is a conflict unless it is forced.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{self, Fields, ListKind, fields_of, key_of, list_kind, value_at};

/// One who writes: name, whether by apply, sub-resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Manager {
    pub(super) name: String,
    pub(super) applies: bool,
    pub(super) subresource: &'static str,
}

/// Who owns which fields of an object.
pub(super) type Owners = BTreeMap<Manager, Fields>;

/// Merges what `manager` applies into `live`.
pub(super) fn apply(
    live: &mut Value,
    owners: &mut Owners,
    manager: &Manager,
    applied: &Value,
    force: bool,
) -> Result<(), Refusal> {
    let wanted = fields_of(applied);
    let conflicts = conflicts(live, owners, manager, applied, &wanted);
    if !conflicts.is_empty() && !force {
        let message = format!("Apply failed with {} conflicts", conflicts.len());
        return Err(Refusal {
            causes: conflicts,
            ..Refusal::conflict(message)
        });
    }
    let before = owners.get(manager).cloned().unwrap_or_default();
    for path in before.difference(&wanted) {
        let others = owners.iter().filter(|(other, _)| *other != manager);
        let shared = others.clone().any(|(_, fields)| fields.contains(path));
        if !shared {
            fields::remove(live, path);
        }
    }
    if force {
        for (_, fields) in owners.iter_mut().filter(|(other, _)| *other != manager) {
            fields.retain(|path| {
                !wanted.contains(path) || value_at(live, path) == value_at(applied, path)
            });
        }
    }
    merge("", live, applied);
    owners.insert(manager.clone(), wanted);
    owners.retain(|_, fields| !fields.is_empty());
    Ok(())
}

fn conflicts(
    live: &Value,
    owners: &Owners,
    manager: &Manager,
    applied: &Value,
    wanted: &Fields,
) -> Vec<Value> {
    let mut found = Vec::new();
    for (other, fields) in owners.iter().filter(|(other, _)| *other != manager) {
        for path in fields.intersection(wanted) {
            if value_at(live, path) != value_at(applied, path) {
                found.push(json!({
                    "reason": "FieldManagerConflict",
                    "message": format!("conflict with {:?}", other.name),
                    "field": path.join("."),
                }));
            }
        }
    }
    found
}

/// Notes who changed what by any other way than apply.
pub(super) fn note_update(owners: &mut Owners, manager: &Manager, before: &Value, after: &Value) {
    let (old, new) = (fields_of(before), fields_of(after));
    let changed = |path: &&Vec<String>| value_at(before, path) != value_at(after, path);
    let changed: Fields = new.iter().filter(changed).cloned().collect();
    for fields in owners.values_mut() {
        fields
            .retain(|path| !changed.contains(path) && (new.contains(path) || !old.contains(path)));
    }
    if !changed.is_empty() {
        owners.entry(manager.clone()).or_default().extend(changed);
    }
    owners.retain(|_, fields| !fields.is_empty());
}

/// What `metadata.managedFields` says.
pub(super) fn managed(owners: &Owners, api_version: &Value) -> Value {
    let entries = owners.iter().map(|(manager, fields)| {
        let mut entry = json!({
            "manager": manager.name,
            "operation": if manager.applies { "Apply" } else { "Update" },
            "apiVersion": api_version,
            "fieldsType": "FieldsV1",
            "fieldsV1": fields::to_json(fields),
        });
        if !manager.subresource.is_empty() {
            entry["subresource"] = json!(manager.subresource);
        }
        entry
    });
    entries.collect()
}

fn merge(name: &str, live: &mut Value, applied: &Value) {
    match (live, applied) {
        (Value::Object(live), Value::Object(applied)) => {
            for (name, value) in applied {
                merge(name, live.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Array(live), Value::Array(applied)) => match list_kind(name) {
            ListKind::Atomic => live.clone_from(applied),
            ListKind::Set => {
                for item in applied {
                    if !live.contains(item) {
                        live.push(item.clone());
                    }
                }
            }
            ListKind::Keyed(key) => {
                for item in applied {
                    let own = key_of(item, key);
                    match live.iter_mut().find(|known| key_of(known, key) == own) {
                        Some(known) => merge("", known, item),
                        None => live.push(item.clone()),
                    }
                }
            }
        },
        (live, applied) => live.clone_from(applied),
    }
}
