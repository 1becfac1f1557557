//! Fields of objects, in the manner of server-side apply: which there are, who owns them, how to take them out.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// A way from the root to a field: `f:name`, `k:{"type":"Ready"}` in a list with keys, `v:"x"` in a set.
pub(super) type Path = Vec<String>;
pub(super) type Fields = BTreeSet<Path>;

/// What the server keeps itself; nobody owns it.
const OWN: [&str; 9] = [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "managedFields",
    "selfLink",
];

/// How a list is merged.
pub(super) enum ListKind {
    /// As a whole.
    Atomic,
    /// By the member of its items that is their key.
    Keyed(&'static str),
    /// As a set of values.
    Set,
}

pub(super) fn list_kind(name: &str) -> ListKind {
    match name {
        "conditions" => ListKind::Keyed("type"),
        "ownerReferences" => ListKind::Keyed("uid"),
        "finalizers" => ListKind::Set,
        _ => ListKind::Atomic,
    }
}

/// Segment of an item in a list with keys.
pub(super) fn key_of(item: &Value, key: &str) -> String {
    format!("k:{}", json!({key: item[key]}))
}

/// Fields of an object that somebody can own.
pub(super) fn fields_of(object: &Value) -> Fields {
    let mut found = Fields::new();
    for (name, value) in object.as_object().into_iter().flatten() {
        if name == "apiVersion" || name == "kind" {
            continue;
        }
        let at = vec![format!("f:{name}")];
        if name == "metadata" {
            for (name, value) in value.as_object().into_iter().flatten() {
                if !OWN.contains(&name.as_str()) {
                    let mut at = at.clone();
                    at.push(format!("f:{name}"));
                    collect(name, value, at, &mut found);
                }
            }
        } else {
            collect(name, value, at, &mut found);
        }
    }
    found
}

fn collect(name: &str, value: &Value, at: Path, found: &mut Fields) {
    let below = |segment: String| {
        let mut path = at.clone();
        path.push(segment);
        path
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                collect(name, value, below(format!("f:{name}")), found);
            }
        }
        Value::Array(items) => match list_kind(name) {
            ListKind::Atomic => {
                found.insert(at);
            }
            ListKind::Set => found.extend(items.iter().map(|item| below(format!("v:{item}")))),
            ListKind::Keyed(key) => {
                for item in items {
                    collect("", item, below(key_of(item, key)), found);
                }
            }
        },
        _ => {
            found.insert(at);
        }
    }
}

/// The value at a path.
pub(super) fn value_at<'a>(object: &'a Value, path: &[String]) -> Option<&'a Value> {
    let mut here = object;
    for segment in path {
        here = step(here, segment)?;
    }
    Some(here)
}

fn step<'a>(here: &'a Value, segment: &str) -> Option<&'a Value> {
    match segment.split_at(2) {
        ("f:", name) => here.get(name),
        ("k:", key) => {
            let key: Map<String, Value> = serde_json::from_str(key).ok()?;
            let mut items = here.as_array()?.iter();
            items.find(|item| key.iter().all(|(name, value)| item[name] == *value))
        }
        (_, value) => {
            let value: Value = serde_json::from_str(value).ok()?;
            here.as_array()?.iter().find(|item| **item == value)
        }
    }
}

/// Takes the field at a path out, and what is left empty above it.
pub(super) fn remove(here: &mut Value, path: &[String]) {
    let Some((segment, rest)) = path.split_first() else {
        return;
    };
    match segment.split_at(2) {
        ("f:", name) => {
            let Some(members) = here.as_object_mut() else {
                return;
            };
            if let Some(below) = members.get_mut(name).filter(|_| !rest.is_empty()) {
                remove(below, rest);
                if !is_empty(below) {
                    return;
                }
            }
            members.remove(name);
        }
        ("k:", key) => {
            let key: Map<String, Value> = serde_json::from_str(key).unwrap_or_default();
            let fits = |item: &Value| key.iter().all(|(name, value)| item[name] == *value);
            let Some(items) = here.as_array_mut() else {
                return;
            };
            if let Some(item) = items.iter_mut().find(|item| fits(item)) {
                remove(item, rest);
            }
            // an item of which nothing but its key is left is gone
            items.retain(|item| {
                !fits(item) || item.as_object().is_some_and(|all| all.len() > key.len())
            });
        }
        (_, value) => {
            let value: Value = serde_json::from_str(value).unwrap_or_default();
            if let Some(items) = here.as_array_mut() {
                items.retain(|item| *item != value);
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Fields in the form of `FieldsV1`.
pub(super) fn to_json(fields: &Fields) -> Value {
    let mut root = Map::new();
    for path in fields {
        let mut here = &mut root;
        for segment in path {
            let below = here.entry(segment.clone()).or_insert_with(|| json!({}));
            here = below.as_object_mut().expect("it was made as an object");
        }
    }
    Value::Object(root)
}
