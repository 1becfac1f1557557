//! Which objects a list or a watch shows: labels by equality and presence, fields by equality.

use serde_json::Value;

/// A selector as query strings write it.
#[derive(Debug, Clone, Default)]
pub(super) struct Selector {
    pub(super) labels: String,
    pub(super) fields: String,
}

impl Selector {
    pub(super) fn fits(&self, object: &Value) -> bool {
        let labels = &object["metadata"]["labels"];
        let label = |name: &str| labels.get(name).and_then(Value::as_str);
        let field = |path: &str| {
            let pointer = format!("/{}", path.trim_start_matches('.').replace('.', "/"));
            object.pointer(&pointer).and_then(Value::as_str)
        };
        terms(&self.labels).all(|term| holds(term, label))
            && terms(&self.fields).all(|term| holds(term, field))
    }
}

fn terms(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|term| !term.is_empty())
}

fn holds<'a>(term: &str, value: impl Fn(&str) -> Option<&'a str>) -> bool {
    if let Some((name, other)) = term.split_once("!=") {
        return value(name) != Some(other);
    }
    if let Some((name, wanted)) = term.split_once('=') {
        return value(name.trim_end_matches('=')) == Some(wanted.trim_start_matches('='));
    }
    match term.strip_prefix('!') {
        Some(name) => value(name).is_none(),
        None => value(term).is_some(),
    }
}
