//! What version 5 of the six-step loop does beside the main line: 核实, 直接答复, 自办, 转接, 督办, and verification by category.

use std::time::Duration;

use kernel::Role;
use serde_json::{Value, json};

use super::six::{UNIT, inspector, liaison, operator};
use super::world::{COMPOUND, Case, REQUESTER, facts, open_command, person, resident};
use crate::domain::actor::Actor;
use crate::domain::event::DomainEvent;
use crate::domain::order::Order;
use crate::domain::testing::account;
use crate::domain::verification::Verification;
use crate::domain::workflow::clocks::reach;
use crate::domain::workflow::district::{Override, apply};
use crate::domain::workflow::{Facts, Guard, Refusal, draw, parse};

const SIX: &str = include_str!("../../../../workflows/six-step.toml");

fn grid() -> Actor {
    person(57, Role::GridWorker, COMPOUND)
}

fn of_policy(verification: Verification, photos: u32) -> Facts {
    Facts {
        photos,
        verification,
        ..facts()
    }
}

/// Takes an action with other facts than usual.
fn take(case: &mut Case, actor: &Actor, action: &str, input: &Value, facts: &Facts) {
    let (order, events) = case.attempt(actor, action, input, facts).unwrap();
    case.order = order;
    case.events.extend(events);
}

fn reported_back(policy: Verification) -> Case {
    let mut case = Case::open("six-step");
    case.act(&operator(), "accept", &Value::Null);
    case.act(&operator(), "dispatch", &json!({"unit": UNIT}));
    case.act(&liaison(), "sign", &Value::Null);
    let report = json!({"handling_note": "已派人维修", "public_answer": "路灯已修复"});
    take(
        &mut case,
        &liaison(),
        "feedback",
        &report,
        &of_policy(policy, 0),
    );
    case
}

fn running(order: &Order) -> Vec<&str> {
    let running = order.clocks.iter();
    running.map(|clock| clock.name.as_str()).collect()
}

#[test]
fn a_category_is_verified_by_the_word_of_who_asked() {
    let case = reported_back(Verification::Word);
    assert_eq!(case.order.state, "callback");
    assert_eq!(running(&case.order), ["callback"]);
    assert_eq!(reported_back(Verification::Both).order.state, "verifying");
}

#[test]
fn a_category_is_verified_by_the_photo_of_an_inspector() {
    let mut case = reported_back(Verification::Photo);
    assert_eq!(case.order.state, "verifying");
    let passed = json!({"passed": true});
    let without = of_policy(Verification::Photo, 0);
    let refusal = case
        .attempt(&inspector(), "verify", &passed, &without)
        .unwrap_err();
    assert_eq!(refusal, Refusal::Guard(Guard::PhotoByPolicy));
    let with = of_policy(Verification::Photo, 1);
    let (failed, _) = case
        .attempt(&inspector(), "verify", &json!({"passed": false}), &with)
        .unwrap();
    assert_eq!((failed.state.as_str(), failed.round), ("handling", 2));
    take(&mut case, &inspector(), "verify", &passed, &with);
    assert_eq!(case.order.state, "closed");
    assert_eq!(running(&case.order), ["archive", "reopen"]);
    // by both, as always, no photo is asked for
    let mut usual = reported_back(Verification::Both);
    take(
        &mut usual,
        &inspector(),
        "verify",
        &passed,
        &of_policy(Verification::Both, 0),
    );
    assert_eq!(usual.order.state, "callback");
}

#[test]
fn a_district_verifies_a_category_otherwise() {
    let changes: Override =
        serde_json::from_value(json!({"verification": {"01": "photo", "0104": "word"}})).unwrap();
    let own = apply(("six-step.toml", SIX), &changes, 420_105_001).unwrap();
    let policy = |code: Option<&str>| own.verification_of(code, Verification::Both);
    assert_eq!(policy(Some("0101")), Verification::Photo);
    assert_eq!(policy(Some("010402")), Verification::Word);
    assert_eq!(policy(Some("0201")), Verification::Both);
    assert_eq!(policy(None), Verification::Both);

    for (table, key) in [
        (json!({"0104": "hearsay"}), "verification"),
        (json!({"road": "photo"}), "verification"),
        (json!({"010": "photo"}), "verification"),
    ] {
        let changes: Override = serde_json::from_value(json!({"verification": table})).unwrap();
        let error = apply(("six-step.toml", SIX), &changes, 420_105_001).unwrap_err();
        assert_eq!(error.problems.first().unwrap().place, key);
    }
    // a workflow that never asks for it
    let five = include_str!("../../../../workflows/five-order.toml");
    let changes: Override =
        serde_json::from_value(json!({"verification": {"0104": "word"}})).unwrap();
    apply(("five-order.toml", five), &changes, 420_105_001).unwrap_err();
    let wrong = SIX.replace(
        "{ verification = \"photo\" }",
        "{ verification = \"guess\" }",
    );
    assert_ne!(wrong, SIX);
    parse("six-step.toml", &wrong).unwrap_err();
}

#[test]
fn the_drawing_says_by_what_a_result_is_verified() {
    let drawing = draw::mermaid(&Case::open("six-step").definition);
    assert!(drawing.contains("    handling --> callback : 处置反馈［以诉求人的话为准］\n"));
    assert!(drawing.contains("    verifying --> closed : 核查［以核查照片为准］\n"));
    assert!(drawing.contains("    handling --> handling : 督办\n"));
    assert!(drawing.contains("    closed --> pending_dispatch : 重开［无承办单位］\n"));
}

#[test]
fn a_report_is_checked_on_site_while_its_limit_stands_still() {
    let mut case = Case::open("six-step");
    case.act(
        &operator(),
        "send_to_check",
        &json!({"note": "看看是否属实"}),
    );
    assert_eq!(running(&case.order), ["accept", "check"]);
    let reporter = person(REQUESTER, Role::GridWorker, COMPOUND);
    let found = json!({"found": true, "note": "情况属实"});
    let refusal = case.refused(&reporter, "check", &found);
    assert_eq!(refusal, Refusal::Guard(Guard::NotRequester));
    let blind = case
        .attempt(&grid(), "check", &found, &of_policy(Verification::Both, 0))
        .unwrap_err();
    assert_eq!(blind, Refusal::Guard(Guard::HasPhoto));
    let before = case.order.clocks.first().unwrap().due_at;
    case.now = case.now.plus(Duration::from_hours(2));
    case.act(&grid(), "check", &found);
    assert_eq!(case.order.state, "reported");
    assert_eq!(running(&case.order), ["accept"]);
    assert!(case.order.clocks.first().unwrap().due_at >= before);
    assert!(case.kinds().contains(&"clock_resumed"));
}

#[test]
fn what_is_answered_directly_is_closed_and_reopened_for_dispatch() {
    let mut case = Case::open("six-step");
    case.act(
        &operator(),
        "answer_directly",
        &json!({"public_answer": "办证须带身份证"}),
    );
    assert_eq!(case.order.state, "closed");
    assert_eq!(
        (case.order.unit_path.clone(), case.order.assignee),
        (None, None)
    );
    assert!(case.order.was_handled_by(account(50)));
    case.act(
        &resident(REQUESTER),
        "reopen",
        &json!({"reason": "没有说清"}),
    );
    assert_eq!(
        (case.order.state.as_str(), case.order.round_at_level()),
        ("pending_dispatch", 1)
    );
    assert_eq!(running(&case.order), ["dispatch"]);
}

#[test]
fn a_grid_worker_does_a_small_thing_on_the_spot_and_shows_it() {
    let mut case = Case::open("six-step");
    let done = json!({"public_answer": "垃圾已清理"});
    let blind = case
        .attempt(
            &grid(),
            "self_handle",
            &done,
            &of_policy(Verification::Both, 0),
        )
        .unwrap_err();
    assert_eq!(blind, Refusal::Guard(Guard::HasPhoto));
    let elsewhere = person(58, Role::GridWorker, "/420105000000/420105012000/");
    assert_eq!(
        case.refused(&elsewhere, "self_handle", &done),
        Refusal::NotAllowed
    );
    case.act(&grid(), "self_handle", &done);
    assert_eq!(case.order.state, "closed");
    assert!(case.order.was_handled_by(account(57)));
    case.act(&operator(), "archive", &Value::Null);
    case.act(
        &resident(REQUESTER),
        "reopen",
        &json!({"reason": "又有垃圾"}),
    );
    assert_eq!(case.order.state, "pending_dispatch");
}

#[test]
fn what_a_unit_had_is_reopened_with_it() {
    let mut case = reported_back(Verification::Word);
    let content = json!({"solved": "yes", "satisfaction": 5, "attitude": 5});
    case.act(&resident(REQUESTER), "answer_callback", &content);
    case.act(&resident(REQUESTER), "reopen", &json!({"reason": "又坏了"}));
    assert_eq!(case.order.state, "handling");
}

#[test]
fn a_matter_is_handed_over_until_the_other_desk_acknowledges() {
    let mut case = Case::open("six-step");
    let over = json!({"desk": "110", "desk_number": "JJ-7"});
    let refusal = case.refused(&operator(), "hand_over", &json!({"desk": "911"}));
    assert_eq!(refusal.input_problems().first().unwrap().pointer, "/desk");
    case.act(&operator(), "hand_over", &over);
    assert_eq!(running(&case.order), ["accept", "hand_over"]);
    // nobody said that they have it: natural time, and it is told above
    let late = case.now.plus(Duration::from_mins(61));
    let mut order = case.order.clone();
    let reached = reach(Some(&case.definition), &mut order, late);
    assert_eq!(
        reached.first().map(|level| level.clock.as_str()),
        Some("hand_over")
    );
    case.act(&operator(), "take_back", &json!({"reason": "对方不受理"}));
    assert_eq!(running(&case.order), ["accept"]);
    case.act(&operator(), "hand_over", &over);
    let receipt = json!({"receipt_number": "JJ-7-1", "received": "9:40"});
    case.act(&operator(), "acknowledge_hand_over", &receipt);
    assert_eq!(case.order.state, "transferred");
    assert!(case.order.clocks.is_empty());
}

#[test]
fn people_put_an_order_under_supervision_and_lift_it() {
    let mut case = reported_back(Verification::Both);
    let why = json!({"reason": "媒体关注"});
    let refusal = case.refused(&liaison(), "supervise", &why);
    assert_eq!(refusal, Refusal::NotAllowed);
    assert_eq!(
        case.refused(&inspector(), "end_supervision", &why),
        Refusal::Guard(Guard::Supervised)
    );
    let (state, clocks) = (case.order.state.clone(), case.order.clocks.clone());
    case.act(&inspector(), "supervise", &why);
    assert!(case.order.supervised);
    assert_eq!(
        case.refused(&inspector(), "supervise", &why),
        Refusal::Guard(Guard::NotSupervised)
    );
    case.act(&operator(), "end_supervision", &why);
    assert!(!case.order.supervised);
    assert_eq!((case.order.state, case.order.clocks), (state, clocks));
    let last: Vec<&str> = case.events.iter().rev().map(DomainEvent::kind).collect();
    assert_eq!(last.first(), Some(&"supervision_ended"));
}

#[test]
fn who_filed_for_somebody_without_an_account_takes_it_back_and_reopens_it() {
    let mut command = open_command();
    command.requester = None;
    let mut case = Case::open_with("six-step", command);
    let filer = person(59, Role::CommunityDispatcher, COMPOUND);
    assert_eq!(case.offered(&filer), Vec::<String>::new());
    case.order.filed_by = Some(account(59));
    assert_eq!(case.offered(&filer), ["withdraw"]);
    let answer = json!({"public_answer": "已告知"});
    case.act(&operator(), "answer_directly", &answer);
    assert_eq!(case.offered(&filer), ["reopen"]);
    // whoever has an account speaks for themselves
    case.order.requester = Some(account(REQUESTER));
    assert_eq!(case.offered(&filer), Vec::<String>::new());
}
