use bus::asyncapi::document;
use contracts::catalogue::entries;
use serde_json::Value;

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match (name.as_str(), field) {
                    ("$ref", Value::String(target)) => found.push(target.clone()),
                    _ => references(field, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_event_type_has_a_channel_and_every_reference_resolves() {
    let entries = entries().unwrap();
    let document = document(&entries, "0.1.0");
    for kind in contracts::types() {
        assert!(document["channels"][kind].is_object(), "{kind}");
        let message = &document["components"]["messages"][kind];
        assert_eq!(message["examples"][0]["payload"]["type"], kind);
    }
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > entries.len() * 4);
    for target in found {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{target}");
    }
}

#[test]
fn examples_read_as_envelopes() {
    let document = document(&entries().unwrap(), "0.1.0");
    for message in document["components"]["messages"]
        .as_object()
        .unwrap()
        .values()
    {
        let example = message["examples"][0]["payload"].to_string();
        let envelope = bus::Envelope::from_json(&example).unwrap();
        assert_eq!(message["name"], envelope.kind.as_str());
    }
}

#[test]
fn the_document_of_one_event_is_as_documented() {
    let entries = entries().unwrap();
    let one: Vec<_> = entries
        .into_iter()
        .filter(|entry| entry.kind == "linli.ticketing.order.recalled.v1")
        .collect();
    insta::assert_json_snapshot!(document(&one, "0.1.0"));
}
