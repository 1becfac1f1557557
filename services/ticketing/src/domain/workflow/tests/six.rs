use kernel::Role;
use serde_json::{Value, json};

use super::world::{
    Case, DEPARTMENT, DISTRICT, REQUESTER, STREET, department, facts, open_command, person,
    resident,
};
use crate::domain::actor::Actor;
use crate::domain::callback::CallbackOutcome;
use crate::domain::event::DomainEvent;
use crate::domain::order::{Categorisation, Unit};
use crate::domain::testing::{account, code, path};
use crate::domain::wording::Bilingual;
use crate::domain::workflow::{Facts, Guard, Refusal};

pub(super) const UNIT: &str = "420105000000.CG";

pub(super) fn operator() -> Actor {
    person(50, Role::DistrictOperator, DISTRICT)
}

pub(super) fn liaison() -> Actor {
    person(51, Role::DepartmentLiaison, DEPARTMENT)
}

pub(super) fn inspector() -> Actor {
    person(52, Role::Inspector, DISTRICT)
}

fn agent() -> Actor {
    person(53, Role::CallbackAgent, DISTRICT)
}

fn up_to_handling() -> Case {
    let mut case = Case::open("six-step");
    case.act(&operator(), "accept", &Value::Null);
    case.act(&operator(), "dispatch", &json!({"unit": UNIT}));
    case.act(&liaison(), "sign", &Value::Null);
    case
}

fn feedback(case: &mut Case) -> &mut Case {
    let input = json!({"handling_note": "已派人维修", "public_answer": "路灯已修复"});
    case.act(&liaison(), "feedback", &input)
}

#[test]
fn the_main_line_runs_from_report_to_evaluation() {
    let mut case = up_to_handling();
    feedback(&mut case);
    case.act(&inspector(), "verify", &json!({"passed": true}));
    case.act(
        &agent(),
        "call_back",
        &json!({"reached": true, "solved": "yes", "satisfaction": 5, "attitude": 5}),
    );
    assert_eq!(case.order.state, "closed");
    case.act(&operator(), "archive", &Value::Null);
    case.act(
        &person(54, Role::Assessor, DISTRICT),
        "evaluate",
        &json!({"score": 95}),
    );
    assert_eq!(case.order.state, "evaluated");
    assert_eq!((case.order.round, case.order.due_at), (1, None));
}

#[test]
fn whoever_handled_cannot_verify() {
    let mut case = up_to_handling();
    feedback(&mut case);
    let both = person(51, Role::Inspector, DISTRICT);
    assert_eq!(case.offered(&both), ["supervise"]);
    let refusal = case.refused(&both, "verify", &json!({"passed": true}));
    assert_eq!(refusal, Refusal::Guard(Guard::NotHandler));
}

#[test]
fn a_failed_verification_starts_the_next_round_and_at_last_a_new_dispatch() {
    let mut case = up_to_handling();
    for round in 2..=3 {
        feedback(&mut case).act(&inspector(), "verify", &json!({"passed": false}));
        assert_eq!(
            (case.order.state.as_str(), case.order.round),
            ("handling", round)
        );
    }
    feedback(&mut case).act(
        &inspector(),
        "verify",
        &json!({"passed": false, "note": "仍不亮"}),
    );
    assert_eq!(
        (case.order.state.as_str(), case.order.round_at_level()),
        ("pending_dispatch", 1)
    );
    assert_eq!(
        (case.order.unit_path.clone(), case.order.assignee),
        (None, None)
    );
    assert!(case.order.was_handled_by(account(51)));
    assert!(case.kinds().contains(&"level_raised"));
}

#[test]
fn an_unsolved_callback_goes_back_while_rounds_are_left() {
    let mut case = up_to_handling();
    let unsolved = json!({"reached": true, "solved": "half", "satisfaction": 4, "attitude": 4});
    for _ in 1..=2 {
        feedback(&mut case).act(&inspector(), "verify", &json!({"passed": true}));
        case.act(&agent(), "call_back", &unsolved);
        assert_eq!(case.order.state, "handling");
    }
    assert!(!case.order.supervised);
    feedback(&mut case).act(&inspector(), "verify", &json!({"passed": true}));
    case.act(&agent(), "call_back", &unsolved);
    // handled again twice: dispatched anew, one level up, under supervision
    assert_eq!(
        (case.order.state.as_str(), case.order.supervised),
        ("pending_dispatch", true)
    );
    assert_eq!(case.order.org_code, code("420105011010"));
    assert_eq!(case.order.round_at_level(), 1);
}

#[test]
fn a_callback_that_reached_somebody_needs_the_answers() {
    let mut case = up_to_handling();
    feedback(&mut case).act(&inspector(), "verify", &json!({"passed": true}));
    let refusal = case.refused(&agent(), "call_back", &json!({"reached": true}));
    let pointers: Vec<String> = refusal
        .input_problems()
        .into_iter()
        .map(|problem| problem.pointer)
        .collect();
    assert_eq!(pointers, ["/solved", "/satisfaction", "/attitude"]);
    let refusal = case.refused(&agent(), "call_back", &json!({"reached": false}));
    let problems = refusal.input_problems();
    assert_eq!(problems.first().unwrap().pointer, "/unreached_reason");
}

#[test]
fn three_half_days_without_an_answer_end_the_callback_as_not_reached() {
    let mut case = up_to_handling();
    feedback(&mut case).act(&inspector(), "verify", &json!({"passed": true}));
    let nobody = json!({"reached": false, "unreached_reason": "no_answer"});
    // two calls of one half-day are one
    for (hours, state) in [
        (0, "callback"),
        (0, "callback"),
        (12, "callback"),
        (12, "closed"),
    ] {
        case.now = case.now.plus(std::time::Duration::from_secs(hours * 3_600));
        case.act(&agent(), "call_back", &nobody);
        assert_eq!(case.order.state, state);
    }
    let outcome = case.events.iter().rev().find_map(|event| match event {
        DomainEvent::CalledBack { callback, .. } => Some(*callback),
        _ => None,
    });
    let outcome = outcome.unwrap();
    assert_eq!(
        (outcome.outcome, outcome.half_days, outcome.answer),
        (CallbackOutcome::NotReached, 3, None)
    );
}

#[test]
fn whoever_asked_answers_by_themselves_or_by_the_link_of_a_message() {
    let answer = json!({"solved": "yes", "satisfaction": 4, "attitude": 5, "comment": "谢谢"});
    for actor in [resident(REQUESTER), Actor::System { on_behalf_of: None }] {
        let mut case = up_to_handling();
        feedback(&mut case).act(&inspector(), "verify", &json!({"passed": true}));
        case.act(&actor, "answer_callback", &answer);
        assert_eq!(case.order.state, "closed");
    }
    let mut case = up_to_handling();
    feedback(&mut case).act(&inspector(), "verify", &json!({"passed": true}));
    let refusal = case.refused(&resident(5), "answer_callback", &answer);
    assert_eq!(refusal, Refusal::NotAllowed);
    // what was tried before belongs to its round alone
    let nobody = json!({"reached": false, "unreached_reason": "busy"});
    case.act(&agent(), "call_back", &nobody);
    assert_eq!(case.order.callback_tries.len(), 1);
    let again = json!({"solved": "yes", "satisfaction": 2, "attitude": 5});
    case.act(&resident(REQUESTER), "answer_callback", &again);
    assert_eq!(
        (case.order.state.as_str(), case.order.round),
        ("handling", 2)
    );
    assert!(case.order.callback_tries.is_empty());
}

#[test]
fn a_unit_returns_what_is_not_its_duty() {
    let mut case = Case::open("six-step");
    case.act(&operator(), "accept", &Value::Null);
    case.act(
        &operator(),
        "dispatch",
        &json!({"unit": UNIT, "note": "请处理"}),
    );
    assert_eq!(case.order.unit_code(), Some(code(UNIT)));
    let other = person(
        55,
        Role::DepartmentLiaison,
        "/420105000000/420105000000.JT/",
    );
    assert_eq!(case.offered(&other), Vec::<String>::new());
    assert_eq!(case.offered(&liaison()), ["sign"]);
    // the request alone returns it: with its ground, decided, numbered
    let refusal = case.refused(&liaison(), "return", &json!({"reason": "不属本单位职责"}));
    assert_eq!(refusal, Refusal::UnknownAction("return".to_owned()));
    let system = Actor::System { on_behalf_of: None };
    case.act(&system, "returned", &Value::Null);
    assert_eq!(
        (case.order.state.as_str(), case.order.unit_path.clone()),
        ("pending_dispatch", None)
    );
    assert!(case.kinds().contains(&"unrouted"));
}

#[test]
fn a_unit_must_exist_and_lie_in_the_district() {
    let mut case = Case::open("six-step");
    case.act(&operator(), "accept", &Value::Null);
    let input = json!({"unit": UNIT});
    let unknown = Facts {
        unit: None,
        ..facts()
    };
    let refusal = case
        .attempt(&operator(), "dispatch", &input, &unknown)
        .unwrap_err();
    assert_eq!(refusal.input_problems().first().unwrap().pointer, "/unit");

    let foreign = Unit {
        code: code("420106000000.CG"),
        path: path("/420106000000/420106000000.CG/"),
    };
    let foreign = Facts {
        unit: Some(foreign),
        ..facts()
    };
    let input = json!({"unit": "420106000000.CG"});
    let refusal = case
        .attempt(&operator(), "dispatch", &input, &foreign)
        .unwrap_err();
    assert_eq!(
        refusal.input_problems().first().unwrap().reason,
        Guard::UnitInDistrict.demand()
    );
}

#[test]
fn an_overdue_unit_loses_the_order() {
    let mut case = up_to_handling();
    assert_eq!(case.offered(&operator()), ["supervise"]);
    case.now = case.order.due_at.unwrap();
    case.act(&operator(), "reclaim", &json!({"reason": "超时未办"}));
    assert_eq!(case.order.state, "pending_dispatch");
    assert_eq!(case.order.assignee, None);
}

#[test]
fn an_imported_message_keeps_why_it_is_where_it_is() {
    let mut command = open_command();
    command.requester = None;
    let why = Bilingual::new("按规则 路灯", "by rule lighting");
    command.categorisation = Some(Categorisation {
        category: Some("0104".to_owned()),
        reason: why.clone(),
    });
    command.route = Some((department(), why.clone()));
    let case = Case::open_with("six-step", command);
    assert_eq!(case.order.unit_code(), Some(code(UNIT)));
    assert_eq!(case.order.unit_reason, Some(why));
    assert_eq!(
        case.kinds(),
        ["opened", "categorised", "routed", "clock_started"]
    );
    assert_eq!(case.offered(&resident(REQUESTER)), Vec::<String>::new());
}

#[test]
fn street_dispatchers_take_up_and_decline_in_their_street() {
    let mut case = Case::open("six-step");
    let street = person(56, Role::StreetDispatcher, STREET);
    assert_eq!(
        case.offered(&street),
        [
            "accept",
            "ask",
            "send_to_check",
            "answer_directly",
            "hand_over",
            "decline"
        ]
    );
    case.act(&street, "decline", &json!({"reason": "应通过信访渠道反映"}));
    assert_eq!(case.order.state, "declined");
}

#[test]
fn clocks_follow_the_states() {
    let mut case = Case::open("six-step");
    let started = |case: &Case| {
        case.order
            .clocks
            .iter()
            .map(|clock| clock.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(started(&case), ["accept"]);
    case.act(&operator(), "accept", &Value::Null);
    assert_eq!(started(&case), ["dispatch"]);
    assert_eq!(
        case.order.due_at,
        case.order.clocks.first().map(|clock| clock.due_at)
    );
    case.now = case
        .order
        .due_at
        .unwrap()
        .plus(std::time::Duration::from_mins(1));
    case.act(&operator(), "dispatch", &json!({"unit": UNIT}));
    let late = DomainEvent::ClockStopped {
        clock: "dispatch".to_owned(),
        overdue: true,
    };
    assert!(case.events.contains(&late));
}
