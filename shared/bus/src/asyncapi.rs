//! The AsyncAPI 3.0 document: one channel per event type, made from the contracts.

use std::collections::BTreeMap;

use contracts::catalogue::Entry;
use serde_json::{Map, Value, json};

/// Id, times and correlation of the examples: made up, the same in every run.
const EXAMPLE_ID: &str = "evt_01jd9k8qj0f4s9zj5b7e2m6n3p";
const EXAMPLE_TIME: &str = "2026-11-22T00:00:00Z";
const EXAMPLE_DISTRICT: &str = "420105";
const EXAMPLE_TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Describes these events, e.g. those of `contracts::catalogue::entries()`.
#[must_use]
pub fn document(entries: &[Entry], version: &str) -> Value {
    let mut channels = Map::new();
    let mut operations = Map::new();
    let mut messages = Map::new();
    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    schemas.insert("Envelope".to_owned(), envelope_schema());
    for entry in entries {
        for (name, schema) in &entry.referenced {
            schemas.insert(name.clone(), json!(schema));
        }
        schemas.insert(entry.name.clone(), json!(entry.schema));
        messages.insert(entry.kind.to_owned(), message(entry));
        channels.insert(entry.kind.to_owned(), channel(entry));
        operations.insert(format!("send.{}", entry.kind), operation(entry));
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Linli events (邻里事件)",
            "version": version,
            "description": "What the services of Linli tell each other: CloudEvents 1.0 in JSON, at least once, in order per subject.",
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas },
    })
}

fn channel(entry: &Entry) -> Value {
    json!({
        "address": format!("{{district}}.{}", topic(entry.kind)),
        "description": summary(entry),
        "messages": { entry.name.as_str(): { "$ref": reference("messages", entry.kind) } },
        "parameters": {
            "district": {
                "description": "Six digits of the district (区县代码), 000000 for the whole city",
                "examples": [EXAMPLE_DISTRICT],
            },
        },
    })
}

fn operation(entry: &Entry) -> Value {
    json!({
        "action": "send",
        "channel": { "$ref": format!("#/channels/{}", escaped(entry.kind)) },
        "summary": summary(entry),
        "messages": [{
            "$ref": format!("#/channels/{}/messages/{}", escaped(entry.kind), escaped(&entry.name)),
        }],
    })
}

fn message(entry: &Entry) -> Value {
    json!({
        "name": entry.kind,
        "title": entry.name,
        "summary": summary(entry),
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [
                { "$ref": reference("schemas", "Envelope") },
                {
                    "type": "object",
                    "properties": {
                        "type": { "const": entry.kind },
                        "data": { "$ref": reference("schemas", &entry.name) },
                    },
                },
            ],
        },
        "examples": [{ "name": entry.name, "payload": example(entry) }],
    })
}

fn example(entry: &Entry) -> Value {
    json!({
        "specversion": "1.0",
        "id": EXAMPLE_ID,
        "type": entry.kind,
        "source": format!("/linli/{}", entry.kind.split('.').nth(1).unwrap_or_default()),
        "subject": subject(&entry.example),
        "time": EXAMPLE_TIME,
        "datacontenttype": "application/json",
        "aggregateversion": 1,
        "districtcode": EXAMPLE_DISTRICT,
        "correlationid": EXAMPLE_TRACE,
        "traceparent": format!("00-{EXAMPLE_TRACE}-00f067aa0ba902b7-01"),
        "data": entry.example,
    })
}

/// The subject of an example: by custom a payload begins with the id or code of its aggregate.
fn subject(example: &Value) -> Value {
    ["task_id", "order_id", "account_id", "code"]
        .into_iter()
        .find_map(|field| example.get(field).cloned())
        .unwrap_or_else(|| Value::from("example"))
}

/// First line of the payload type's description.
fn summary(entry: &Entry) -> String {
    json!(entry.schema)
        .get("description")
        .and_then(Value::as_str)
        .and_then(|text| text.lines().next())
        .unwrap_or(entry.kind)
        .to_owned()
}

/// `linli.ticketing.order.opened.v1` → `ticketing.order.opened`
fn topic(kind: &str) -> String {
    kind.split('.')
        .skip(1)
        .take(3)
        .collect::<Vec<_>>()
        .join(".")
}

fn reference(section: &str, name: &str) -> String {
    format!("#/components/{section}/{}", escaped(name))
}

/// Escapes a name for a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn envelope_schema() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "type": "object",
        "description": "CloudEvents 1.0 in structured JSON, with extensions. Unknown attributes are ignored.",
        "required": [
            "specversion", "id", "type", "source", "subject", "time",
            "aggregateversion", "districtcode", "correlationid", "data",
        ],
        "properties": {
            "specversion": { "const": "1.0" },
            "id": {
                "type": "string",
                "pattern": "^evt_[0-9a-hjkmnp-tv-z]{26}$",
                "description": "The event; the same id means the same event",
            },
            "type": text("linli.<service>.<aggregate>.<past verb>.v<n>"),
            "source": text("/linli/<service>"),
            "subject": text("Id of the aggregate; events of one subject come in order"),
            "time": { "type": "string", "format": "date-time", "description": "When it happened, UTC" },
            "datacontenttype": { "const": "application/json" },
            "aggregateversion": { "type": "integer", "minimum": 0, "description": "Version of the aggregate after the event" },
            "districtcode": text("Six digits of the district (区县代码), empty for the whole city"),
            "actor": text("Account that caused it; absent for the system itself"),
            "correlationid": text("The same for everything that follows from one request"),
            "causationid": text("Event that this one answers"),
            "traceparent": text("W3C trace context of the cause"),
            "data": { "type": "object", "description": "The payload" },
        },
    })
}
