//! The API documents, the policy table and the program agree.

mod schemas;

use std::collections::BTreeSet;
use std::process::Command;

use auth::policy::{self, Access};
use scenarios::repository;
use serde_json::Value;

/// First words of operation ids; a new one is added here on purpose.
const VERBS: [&str; 82] = [
    "accept",
    "act",
    "answer",
    "appoint",
    "approve",
    "ask",
    "attach",
    "authorize",
    "book",
    "call",
    "cancel",
    "certify",
    "change",
    "check",
    "claim",
    "close",
    "confirm",
    "correct",
    "count",
    "delete",
    "download",
    "draft",
    "end",
    "enrol",
    "establish",
    "exchange",
    "exclude",
    "explain",
    "export",
    "fill",
    "find",
    "follow",
    "found",
    "grant",
    "import",
    "introspect",
    "invite",
    "issue",
    "join",
    "leave",
    "list",
    "locate",
    "merge",
    "migrate",
    "move",
    "open",
    "override",
    "pass",
    "publish",
    "rate",
    "read",
    "readmit",
    "record",
    "refresh",
    "refuse",
    "register",
    "rehearse",
    "release",
    "remove",
    "rename",
    "renew",
    "report",
    "request",
    "reset",
    "resume",
    "revise",
    "revoke",
    "rotate",
    "save",
    "search",
    "set",
    "show",
    "simulate",
    "split",
    "suggest",
    "suspend",
    "take",
    "undo",
    "unfollow",
    "update",
    "upload",
    "withdraw",
];

/// An operation of the API document.
pub(crate) struct Operation {
    pub(crate) id: String,
    /// In capitals.
    pub(crate) method: String,
    pub(crate) path: String,
    description: Value,
}

/// What the program prints on this command.
fn printed(command: &[&str]) -> Value {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let output = Command::new(scenarios::program())
        .args(command)
        .current_dir(folder.path())
        .output()
        .expect("the program runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

fn assert_current(file: &str, command: &str) {
    let stored: Value = serde_json::from_str(&repository::read(file)).expect("it is JSON");
    let now = printed(&[command]);
    assert!(
        stored == now,
        "{file} is not what the program prints; `cargo run -- {command} > {file}` makes it anew"
    );
}

/// Every operation of the checked-in document.
pub(crate) fn operations() -> Vec<Operation> {
    let document: Value =
        serde_json::from_str(&repository::read("docs/openapi.json")).expect("it is JSON");
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, description) in item.as_object().expect("a path item") {
            if !chassis::openapi::METHODS.contains(&method.as_str()) {
                continue;
            }
            let id = description["operationId"].as_str();
            operations.push(Operation {
                id: id
                    .unwrap_or_else(|| panic!("{method} {path} has no operationId"))
                    .to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                description: description.clone(),
            });
        }
    }
    assert!(
        operations.len() > 30,
        "only {} operations",
        operations.len()
    );
    operations
}

#[test]
fn the_api_document_is_what_the_program_prints() {
    assert_current("docs/openapi.json", "openapi");
}

#[test]
fn the_event_document_is_what_the_program_prints() {
    assert_current("docs/asyncapi.json", "asyncapi");
}

#[test]
fn every_operation_has_a_policy_and_every_policy_an_operation() {
    let operations = operations();
    let mut wrong = Vec::new();
    for operation in &operations {
        match policy::find(&operation.method, &operation.path) {
            Some(row) if row.operation == operation.id => {}
            Some(row) => wrong.push(format!(
                "{} has the policy of {}",
                operation.id, row.operation
            )),
            None => wrong.push(format!("{} has no policy", operation.id)),
        }
    }
    let documented: BTreeSet<&str> = operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    // the rows of the process itself are no part of the API
    let own = [
        "/livez",
        "/readyz",
        "/metrics",
        "/internal/log-level",
        "/api/openapi.json",
        "/api/docs",
    ];
    let rows = policy::all().filter(|row| !own.contains(&row.path));
    let unused = rows.filter(|row| !documented.contains(row.operation));
    wrong.extend(unused.map(|row| format!("the policy {} has no operation", row.operation)));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn operation_ids_are_verb_and_noun_and_unique() {
    let mut seen = BTreeSet::new();
    for operation in operations() {
        let words: Vec<&str> = operation.id.split('_').collect();
        let plain = words.iter().all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        assert!(
            plain && words.len() >= 2,
            "{} is no <verb>_<noun>",
            operation.id
        );
        assert!(
            VERBS.contains(&words[0]),
            "{}: {} is no known verb",
            operation.id,
            words[0]
        );
        assert!(
            seen.insert(operation.id.clone()),
            "{} is there twice",
            operation.id
        );
    }
}

#[test]
fn every_operation_says_how_it_refuses() {
    for operation in operations() {
        let Operation {
            id, description, ..
        } = &operation;
        let responses = description["responses"].as_object().expect("responses");
        let public = policy::find(&operation.method, &operation.path)
            .is_some_and(|row| row.access == Access::Public);
        for status in ["401", "403"] {
            let refusal = responses.get(status);
            assert!(
                public || refusal.is_some(),
                "{id} does not document {status}"
            );
            let Some(refusal) = refusal else { continue };
            let content = refusal["content"]
                .as_object()
                .expect("a refusal has a body");
            // OAuth prescribes its own words where an application, not a person, is refused
            let words = if public && operation.path.contains("/oauth/") {
                "application/json"
            } else {
                "application/problem+json"
            };
            assert!(content.contains_key(words), "{id} {status}");
        }
        assert_eq!(
            description.get("security").is_some(),
            !public,
            "security of {id}"
        );
        let succeeds = responses
            .keys()
            .any(|status| status.starts_with(['2', '3']));
        assert!(succeeds, "{id} documents no success");
        let told = description["summary"]
            .as_str()
            .or(description["description"].as_str());
        assert!(
            told.is_some_and(|text| !text.is_empty()),
            "{id} is not described"
        );
    }
}

#[test]
fn every_operation_names_its_parameters_in_the_path() {
    for operation in operations() {
        let parameters = operation.description["parameters"].as_array();
        let named: BTreeSet<&str> = parameters
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let parts = operation.path.split('/');
        let wanted: BTreeSet<&str> = parts
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(named, wanted, "{}", operation.id);
    }
}
