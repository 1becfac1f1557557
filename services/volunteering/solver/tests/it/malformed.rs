//! Malformed instances are refused with their place.

use serde_json::{Value, json};
use solver::{ReadError, dispatch, roster, shift24};

use crate::generate;

fn dispatch_with(pointer: &str, value: Value) -> String {
    let instance = (0..1_000)
        .map(generate::dispatch)
        .find(|instance| instance.requests.len() > 2 && instance.volunteers.len() > 2);
    let mut document = serde_json::to_value(instance).expect("it serialises");
    *document.pointer_mut(pointer).expect("it is there") = value;
    document.to_string()
}

fn place(error: &ReadError) -> &str {
    match error {
        ReadError::Shape { pointer, .. } | ReadError::Value { pointer, .. } => pointer,
        ReadError::Line { .. } => panic!("{error}"),
    }
}

#[test]
fn values_of_a_dispatch_are_refused_by_their_pointer() {
    for (pointer, value) in [
        ("/format", json!("roster/1")),
        ("/params/walk_m_per_min", json!(0)),
        ("/params/dist_div", json!(-1)),
        ("/params/unfilled", json!([])),
        ("/requests/1/urgency", json!(6)),
        ("/requests/1/slots", json!([])),
        ("/requests/1/duration", json!(0)),
        ("/requests/1/id", json!(7)),
        ("/volunteers/2/radius", json!(-5)),
        ("/volunteers/2/x", json!(i32::MAX)),
        ("/volunteers/2/max_tasks", json!(-1)),
        ("/volunteers/2/skills", json!("all")),
    ] {
        let text = dispatch_with(pointer, value);
        let error = dispatch::Instance::parse(&text).expect_err(pointer);
        assert_eq!(place(&error), pointer, "{error}");
    }
    let text = dispatch_with("/requests/1/known", json!([0, 999]));
    let error = dispatch::Instance::parse(&text).expect_err("no such volunteer");
    assert_eq!(place(&error), "/requests/1/known/1");
}

#[test]
fn what_is_no_json_is_refused_by_its_line() {
    let error = dispatch::Instance::parse("{\n  \"format\": \"dispatch/1\",\n  nonsense")
        .expect_err("no JSON");
    assert!(matches!(error, ReadError::Shape { line: 3, .. }), "{error}");
    for text in ["", "[]", "null", "{}", "\"\"", "{\"format\": 1}"] {
        dispatch::Instance::parse(text).expect_err(text);
        roster::Instance::parse(text).expect_err(text);
        shift24::Instance::parse(text).expect_err(text);
    }
}

#[test]
fn values_of_a_roster_and_its_repair_are_refused_by_their_pointer() {
    let instance = (0..1_000)
        .map(generate::roster)
        .find(|instance| instance.shifts.len() > 3 && instance.volunteers.len() > 3)
        .expect("there is one");
    for (pointer, value) in [
        ("/shifts/1/series", json!(99)),
        ("/shifts/1/end", json!(0)),
        ("/avoid/0", json!([1, 0])),
        ("/avoid/0", json!([0, 99])),
        ("/volunteers/1/weekly/0", json!([0])),
        ("/params/fair", json!(-1)),
        ("/series/0/priority", json!(5)),
    ] {
        let mut document = serde_json::to_value(&instance).expect("it serialises");
        if pointer.contains("weekly") {
            document["volunteers"][1]["weekly"] = json!([[0, 1]]);
        }
        *document.pointer_mut(pointer).expect("it is there") = value;
        let error = roster::Instance::parse(&document.to_string()).expect_err(pointer);
        assert!(place(&error).starts_with(pointer), "{error}");
    }
    for (base, cancelled, pointer) in [
        (json!([[999, 0, 0]]), json!([]), "/base/0"),
        (json!([]), json!([[999, 0, 1]]), "/cancelled/0/0"),
        (json!([[0, 0]]), json!([]), "/base/0"),
    ] {
        let text = json!({
            "format": "roster-repair/1",
            "base": base,
            "cancelled": cancelled,
            "frozen_before": 0,
            "change": 1,
        });
        let error = roster::Repair::parse(&text.to_string(), &instance).expect_err(pointer);
        assert!(place(&error).starts_with(pointer), "{error}");
    }
}

#[test]
fn lines_of_the_text_format_are_refused_by_their_number() {
    let good = generate::shift24(12);
    shift24::Instance::parse(&good).expect("it makes sense");
    for (from, to) in [
        ("E,480,", "E,many,"),
        ("D,360,E", "D,360,Z"),
        ("D,360,E", "E,360,"),
        ("SECTION_COVER", "SECTION_COVERS"),
        ("P0,E=", "P0,Q="),
        ("\n0,E,", "\n99,E,"),
        ("\n0,E,", "\n-1,E,"),
    ] {
        assert!(good.contains(from), "{from}");
        let text = good.replacen(from, to, 1);
        let error = shift24::Instance::parse(&text).expect_err(to);
        let ReadError::Line { line, .. } = error else {
            panic!("{error}")
        };
        let wrong = to.trim_start_matches('\n');
        let there = text.lines().nth(line - 1).expect("there is such a line");
        // what belongs to no section is seen one line later
        let before = text.lines().nth(line - 2).unwrap_or_default();
        assert!(
            there.contains(wrong) || before.contains(wrong),
            "{line}: {there}"
        );
    }
}
