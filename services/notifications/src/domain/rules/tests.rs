#![expect(clippy::unwrap_used, reason = "tests may")]

use contracts::Event;
use contracts::ticketing::{OrderAdvanced, OrderOpened};
use jiff::tz::TimeZone;
use kernel::{OrderId, Role, Timestamp, TypedId};

use super::{BUILT_IN, Rules, load};
use crate::domain::occurrence::Occurrence;

const HEAD: &str = r#"
version = 1
unit_roles = ["department_liaison"]
[unknown]
state = { zh = "有新进展", en = "has moved on" }
action = { zh = "办理", en = "a step" }
due = { zh = "未设", en = "none" }
"#;

const OPENED: &str = r#"
[[notice]]
kind = "new"
event = "linli.ticketing.order.opened.v1"
to = ["waiting_roles"]
title = { zh = "新", en = "new" }
body = { zh = "工单 {number}", en = "order {number}" }
"#;

fn rules() -> Rules {
    load(BUILT_IN, TimeZone::fixed(jiff::tz::offset(8))).unwrap()
}

/// Loads one notice with something replaced and returns why it is refused.
fn refusal(from: &str, to: &str) -> String {
    assert!(OPENED.contains(from), "{from}");
    let text = format!("{HEAD}{}", OPENED.replace(from, to));
    match load(&text, TimeZone::UTC) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

fn advanced(workflow: &str, action: &str, from: &str, state: &str) -> Occurrence {
    Occurrence {
        number: "WD1".to_owned(),
        workflow: workflow.to_owned(),
        action: action.to_owned(),
        from: from.to_owned(),
        state: state.to_owned(),
        ..Occurrence::of(OrderAdvanced::TYPE, OrderId::from_uuid(uuid::Uuid::nil()))
    }
}

fn kinds(occurrence: &Occurrence) -> Vec<String> {
    rules()
        .applying(occurrence)
        .map(|notice| notice.kind.clone())
        .collect()
}

#[test]
fn the_built_in_rules_load() {
    assert_eq!(rules().unit_roles(), [Role::DepartmentLiaison]);
}

#[test]
fn what_cannot_work_is_refused_with_its_place() {
    assert_eq!(refusal("new\"", "new\""), "");
    assert!(refusal("order.opened", "order.lost").contains("notice 1 (new): unknown event"));
    assert!(refusal("\"waiting_roles\"", "\"mayor\"").contains("unknown recipient mayor"));
    assert!(refusal("\"waiting_roles\"", "\"volunteer\"").contains("does not say its volunteer"));
    assert!(refusal("[\"waiting_roles\"]", "[]").contains("nobody is told"));
    assert!(refusal("工单 {number}", "{content}").contains("unknown placeholder {content}"));
    assert!(refusal("工单 {number}", "{action}").contains("does not say its {action}"));
    assert!(refusal("工单 {number}", "{number").contains("brace"));
    assert!(refusal("en = \"new\"", "en = \" \"").contains("zh and en must both be given"));
    assert!(refusal("to =", "roles = [\"king\"]\nto =").contains("unknown role king"));
    assert!(refusal("to =", "when = { action = [\"x\"] }\nto =").contains("no action to match"));
    assert!(refusal("to =", "colour = 1\nto =").contains("colour"));
    assert!(refusal("kind = \"new\"", "kind = \"New one\"").contains("kind must be"));
    let twice = format!("{HEAD}{OPENED}{OPENED}");
    let error = load(&twice, TimeZone::UTC).unwrap_err();
    assert_eq!(error.reasons, ["notice 2 (new): kind is used twice"]);
}

#[test]
fn a_vote_tells_nobody_and_an_escalation_tells_those_who_can_act() {
    assert!(kinds(&advanced("five-order", "review", "reviewing", "reviewing")).is_empty());
    assert_eq!(
        kinds(&advanced("five-order", "review", "reviewing", "escalated")),
        ["order_waiting", "order_progress"]
    );
    assert_eq!(
        kinds(&advanced("five-order", "handle", "accepted", "reviewing")),
        ["review_wanted", "order_progress"]
    );
    assert_eq!(
        kinds(&advanced(
            "six-step",
            "dispatch",
            "pending_dispatch",
            "assigned"
        )),
        ["unit_waiting", "order_progress"]
    );
    assert_eq!(
        kinds(&advanced("six-step", "supervise", "handling", "handling")),
        ["order_supervised"]
    );
    assert_eq!(
        kinds(&advanced(
            "six-step",
            "end_supervision",
            "handling",
            "handling"
        )),
        Vec::<String>::new()
    );
}

#[test]
fn texts_hold_titles_number_and_due_time() {
    let rules = rules();
    let occurrence = Occurrence {
        due_at: Some(Timestamp::from_micros(1_795_305_600_000_000).unwrap()),
        ..advanced("five-order", "review", "reviewing", "accepted")
    };
    let notice = rules.applying(&occurrence).next().unwrap();
    let wording = rules.word(notice, &occurrence);
    assert_eq!(
        wording.body.zh,
        "工单 WD1 经评单未通过，请重新办理，时限：2026-11-22 08:00。"
    );
    let unknown = advanced("of-the-district", "sing", "a", "b");
    let notice = rules.applying(&unknown).last().unwrap();
    assert_eq!(
        rules.word(notice, &unknown).body.en,
        "Order WD1: a step. It is now: has moved on."
    );
}

#[test]
fn roles_of_the_unit_are_looked_for_along_its_path() {
    let area = "/420105000000/420105011000/".parse().unwrap();
    let unit = "/420105000000/420105000000.CG/".parse().unwrap();
    let roles = vec![Role::StreetDispatcher, Role::DepartmentLiaison];
    let mut occurrence = Occurrence {
        roles,
        area,
        unit: Some(unit),
        ..Occurrence::of(OrderOpened::TYPE, OrderId::from_uuid(uuid::Uuid::nil()))
    };
    let of_unit = [Role::DepartmentLiaison];
    assert_eq!(
        occurrence.searches(&[], &of_unit),
        [
            (
                &"/420105000000/420105000000.CG/".parse().unwrap(),
                vec![Role::DepartmentLiaison]
            ),
            (
                &"/420105000000/420105011000/".parse().unwrap(),
                vec![Role::StreetDispatcher]
            ),
        ]
    );
    occurrence.unit = None;
    assert_eq!(
        occurrence.searches(&of_unit, &of_unit),
        [(
            &"/420105000000/420105011000/".parse().unwrap(),
            vec![Role::DepartmentLiaison]
        )]
    );
}
