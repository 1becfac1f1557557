//! The payloads as others have come to rely on them.

#![expect(clippy::unwrap_used, reason = "tests may")]

use std::collections::BTreeSet;

use contracts::catalogue::{Entry, entries};
use contracts::{Event, identity, registry, ticketing, volunteering};
use serde_json::{Value, json};

/// Property names, or their parts between underscores, under which a person or free text would travel.
const PERSONAL: [&str; 19] = [
    "name",
    "names",
    "phone",
    "mobile",
    "tel",
    "telephone",
    "email",
    "mail",
    "address",
    "room",
    "title",
    "content",
    "text",
    "note",
    "description",
    "birthday",
    "sex",
    "gender",
    "idcard",
];

/// The public name of an organisation is a fact of the tree, not of a person; what a meeting of organisations resolves
/// is their public wording, looked through before it is taken.
const PUBLIC: [(&str, &str); 4] = [
    ("linli.registry.organisation.established.v1", "name"),
    ("linli.registry.organisation.renamed.v1", "name"),
    ("linli.registry.resolution.passed.v1", "title"),
    ("linli.registry.resolution.passed.v1", "text"),
];

/// A changed golden file is a changed contract: additions only, or a new version beside this one.
#[test]
fn payloads_are_as_agreed() {
    for entry in entries().unwrap() {
        insta::with_settings!({
            snapshot_path => "golden",
            prepend_module_to_snapshot => false,
            description => entry.name.clone(),
            omit_expression => true,
        }, {
            insta::assert_json_snapshot!(entry.kind, entry.example);
        });
    }
}

#[test]
fn every_type_has_an_example_and_every_example_its_type() {
    let modules = [
        ("identity", identity::TYPES),
        ("registry", registry::TYPES),
        ("ticketing", ticketing::TYPES),
        ("volunteering", volunteering::TYPES),
    ];
    let mut declared = BTreeSet::new();
    for (service, types) in modules {
        for kind in types {
            assert!(kind.starts_with(&format!("linli.{service}.")), "{kind}");
            assert!(declared.insert(*kind), "{kind} twice");
        }
    }
    let shown: Vec<&str> = entries().unwrap().iter().map(|entry| entry.kind).collect();
    assert_eq!(shown, declared.iter().copied().collect::<Vec<_>>());
    assert_eq!(contracts::types().collect::<BTreeSet<_>>(), declared);
}

#[test]
fn types_are_written_as_agreed() {
    for kind in contracts::types() {
        let parts: Vec<&str> = kind.split('.').collect();
        assert!(
            matches!(parts.as_slice(), ["linli", _, _, _, version] if version.starts_with('v')),
            "{kind}"
        );
        let clean =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '.';
        assert!(kind.chars().all(clean), "{kind}");
    }
}

#[test]
fn no_payload_has_a_place_for_anything_personal() {
    for entry in entries().unwrap() {
        for property in properties(&entry) {
            let personal = property.split('_').any(|part| PERSONAL.contains(&part));
            let public = PUBLIC.contains(&(entry.kind, property.as_str()));
            assert!(!personal || public, "{}: {property}", entry.kind);
        }
    }
}

#[test]
fn schemas_name_every_property_of_the_examples() {
    for entry in entries().unwrap() {
        let known = properties(&entry);
        for property in entry.example.as_object().unwrap().keys() {
            assert!(known.contains(property), "{}: {property}", entry.kind);
        }
    }
}

/// Names of all properties in the schema of a payload and in those that it refers to.
fn properties(entry: &Entry) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(&json!(entry.schema), &mut found);
    for (_, schema) in &entry.referenced {
        collect(&json!(schema), &mut found);
    }
    assert!(!found.is_empty(), "{}", entry.kind);
    found
}

fn collect(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                found.extend(properties.keys().cloned());
            }
            fields.values().for_each(|field| collect(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// What is written reads back, also with a property that a later version has added.
fn reads_back<P: Event>(shown: &mut Vec<Entry>) {
    let place = shown
        .iter()
        .position(|entry| entry.kind == P::TYPE)
        .unwrap();
    let entry = shown.swap_remove(place);
    let mut wire = entry.example.clone();
    wire.as_object_mut()
        .unwrap()
        .insert("added_later".to_owned(), json!({ "any": [1] }));
    let payload: P = serde_json::from_value(wire).unwrap();
    assert_eq!(serde_json::to_value(&payload).unwrap(), entry.example);
}

#[test]
fn payloads_read_back_and_bear_additions() {
    let mut shown = entries().unwrap();
    reads_back::<identity::AccountRegistered>(&mut shown);
    reads_back::<identity::AccountGranted>(&mut shown);
    reads_back::<identity::AccountRevoked>(&mut shown);
    reads_back::<identity::AccountDisconnected>(&mut shown);
    reads_back::<identity::AccountReminded>(&mut shown);
    reads_back::<identity::AccountExcluded>(&mut shown);
    reads_back::<identity::AccountReadmitted>(&mut shown);
    reads_back::<registry::OrganisationEstablished>(&mut shown);
    reads_back::<registry::OrganisationRenamed>(&mut shown);
    reads_back::<registry::OrganisationMoved>(&mut shown);
    reads_back::<registry::OrganisationClosed>(&mut shown);
    reads_back::<registry::GridDrawn>(&mut shown);
    reads_back::<registry::ClaimProposed>(&mut shown);
    reads_back::<registry::ClaimConfirmed>(&mut shown);
    reads_back::<registry::ClaimEnded>(&mut shown);
    reads_back::<registry::AgreementProposed>(&mut shown);
    reads_back::<registry::AgreementConcluded>(&mut shown);
    reads_back::<registry::AgreementEnded>(&mut shown);
    reads_back::<registry::CompoundCounted>(&mut shown);
    reads_back::<registry::ReportInConfirmed>(&mut shown);
    reads_back::<registry::ReportInEnded>(&mut shown);
    reads_back::<registry::MeetingCalled>(&mut shown);
    reads_back::<registry::ResolutionPassed>(&mut shown);
    reads_back::<ticketing::OrderCallbackInvited>(&mut shown);
    reads_back::<ticketing::OrderCallerInvited>(&mut shown);
    reads_back::<ticketing::OrderOpened>(&mut shown);
    reads_back::<ticketing::OrderAdvanced>(&mut shown);
    reads_back::<ticketing::OrderOffered>(&mut shown);
    reads_back::<ticketing::OrderRecalled>(&mut shown);
    reads_back::<ticketing::OrderPublished>(&mut shown);
    reads_back::<ticketing::OrderRescheduled>(&mut shown);
    reads_back::<ticketing::OrderAlerted>(&mut shown);
    reads_back::<ticketing::OrderPetitioned>(&mut shown);
    reads_back::<ticketing::OrderAssisted>(&mut shown);
    reads_back::<ticketing::OrderMerged>(&mut shown);
    reads_back::<ticketing::OrderProgressed>(&mut shown);
    reads_back::<volunteering::TaskOpened>(&mut shown);
    reads_back::<volunteering::TaskClaimed>(&mut shown);
    reads_back::<volunteering::TaskInvited>(&mut shown);
    reads_back::<volunteering::TaskReleased>(&mut shown);
    reads_back::<volunteering::TaskReminded>(&mut shown);
    reads_back::<volunteering::ActivityPublished>(&mut shown);
    reads_back::<volunteering::CertificateIssued>(&mut shown);
    reads_back::<volunteering::CertificateRevoked>(&mut shown);
    reads_back::<volunteering::HoursConfirmed>(&mut shown);
    reads_back::<volunteering::HoursObjectionAnswered>(&mut shown);
    reads_back::<volunteering::SignUpChanged>(&mut shown);
    reads_back::<volunteering::SignUpReminded>(&mut shown);
    reads_back::<volunteering::VolunteerChanged>(&mut shown);
    let left: Vec<&str> = shown.iter().map(|entry| entry.kind).collect();
    assert!(left.is_empty(), "{left:?}");
}
