//! What operations take and give is described, and once.

use std::collections::BTreeMap;

use scenarios::{SERVICES, repository};
use serde_json::Value;

use super::printed;

#[test]
fn every_reference_leads_somewhere() {
    let document: Value =
        serde_json::from_str(&repository::read("docs/openapi.json")).expect("it is JSON");
    let mut nowhere = Vec::new();
    visit(&document, &mut |reference| {
        let pointer = reference.trim_start_matches('#');
        if document.pointer(pointer).is_none() {
            nowhere.push(reference.to_owned());
        }
    });
    assert!(
        nowhere.is_empty(),
        "not described, `#[param(inline)]` helps: {nowhere:?}"
    );
}

#[test]
fn services_that_share_a_name_mean_the_same_schema() {
    let mut known: BTreeMap<String, (&str, Value)> = BTreeMap::new();
    let mut clashes = Vec::new();
    for service in SERVICES {
        let document = printed(&["openapi", service]);
        let schemas = document["components"]["schemas"].as_object();
        for (name, schema) in schemas.expect("schemas") {
            let (first, other) = known
                .entry(name.clone())
                .or_insert_with(|| (service, schema.clone()));
            if other != schema {
                clashes.push(format!("{name} of {first} and {service}"));
            }
        }
    }
    assert!(clashes.is_empty(), "{clashes:#?}");
}

fn visit(value: &Value, see: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(reference) if name == "$ref" => see(reference),
                    _ => visit(field, see),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        _ => {}
    }
}
