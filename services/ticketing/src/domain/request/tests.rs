#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use kernel::{Named, RequestId, Role, Timestamp, TypedId, Version};
use uuid::Uuid;

use super::*;
use crate::domain::actor::{Actor, Authority};
use crate::domain::calendar::Calendar;
use crate::domain::order::Order;
use crate::domain::testing::{account, code, hour, order_id, path};
use crate::domain::workflow::Catalogue;

const DAY: Duration = Duration::from_hours(24);

fn person(number: u128, role: Role) -> Actor {
    let authority = Authority {
        role,
        path: path("/420105000000/"),
        categories: Vec::new(),
    };
    Actor::Person {
        account: account(number),
        authorities: vec![authority],
    }
}

/// An order of the six steps that a unit has in hand, and the rules of its workflow.
fn order() -> (Order, Vec<RequestRule>) {
    let catalogue = Catalogue::bundled().unwrap();
    let definition = catalogue.latest("six-step").unwrap();
    let command = crate::domain::order::OpenOrder {
        title: "路灯不亮".to_owned(),
        content: "路灯不亮".to_owned(),
        org_code: code("420105011010"),
        org_path: path("/420105000000/420105011000/420105011010/"),
        requester: Some(account(0)),
        confidential: false,
        channel: "app".to_owned(),
        location: None,
        categorisation: None,
        route: None,
    };
    let number = "LB20261122-7K2MQ9XR".parse().unwrap();
    let calendar = Calendar::bundled().unwrap();
    let (mut order, _) = Order::open(definition, command, order_id(1), number, &calendar, hour(0));
    order.unit_path = Some(path("/420105000000/420105000000.CG/"));
    order.handlers.push(account(7));
    let mut events = Vec::new();
    for state in ["assigned", "handling"] {
        state.clone_into(&mut order.state);
        crate::domain::workflow::clocks::enter_state(
            definition,
            &mut order,
            &calendar,
            hour(0),
            &mut events,
        );
    }
    (order, definition.requests.clone())
}

fn rule(rules: &[RequestRule], kind: RequestKind) -> &RequestRule {
    rules.iter().find(|rule| rule.kind == kind).unwrap()
}

fn request(ask: Ask, number: u32, state: RequestState) -> SideRequest {
    SideRequest {
        id: RequestId::from_uuid(Uuid::from_u128(1)),
        order_id: order_id(1),
        state,
        number,
        ask,
        reason: "材料待采购".to_owned(),
        applicant: account(1),
        unit: Some(code("420105000000.CG")),
        decided_by: None,
        note: None,
        named_unit: None,
        review_at: None,
        created_at: hour(0),
        updated_at: hour(0),
        version: Version::FIRST,
    }
}

fn extend(work_days: u32) -> Ask {
    Ask::Extend {
        clock: "handle".to_owned(),
        work_days,
    }
}

fn suspend(days: u32) -> Ask {
    Ask::Suspend {
        plan: "列入明年改造计划".to_owned(),
        until: hour(0).plus(DAY * days),
    }
}

/// No other request, and so many units.
fn had(units: u32) -> Standing {
    Standing {
        units,
        ..Standing::default()
    }
}

fn back() -> Ask {
    Ask::Return {
        ground: "权责清单第 12 项".to_owned(),
    }
}

#[test]
fn what_is_asked_for_is_held_against_the_workflow() {
    let (order, rules) = order();
    let unit = person(1, Role::DepartmentLiaison);
    let ask = |ask: Ask, now: Timestamp, standing: Standing| {
        let rule = rule(&rules, ask.kind());
        start(rule, &order, &unit, &ask, &standing, now)
    };
    let none = Standing::default();
    assert_eq!(ask(extend(5), hour(1), none), Ok(1));
    assert_eq!(ask(extend(11), hour(1), none), Err(RequestRefusal::TooMuch));
    assert_eq!(ask(extend(0), hour(1), none), Err(RequestRefusal::TooMuch));
    let late = order.due_at.unwrap().plus(DAY * 30);
    assert_eq!(ask(extend(5), late, none), Err(RequestRefusal::Clock));
    let other = Ask::Extend {
        clock: "sign".to_owned(),
        work_days: 1,
    };
    assert_eq!(ask(other, hour(1), none), Err(RequestRefusal::Clock));
    assert_eq!(ask(suspend(90), hour(1), none), Ok(1));
    assert_eq!(
        ask(suspend(400), hour(1), none),
        Err(RequestRefusal::TooMuch)
    );
    assert_eq!(
        ask(suspend(1), hour(48), none),
        Err(RequestRefusal::TooMuch)
    );
    let open = Standing { open: true, ..none };
    assert_eq!(ask(back(), hour(1), open), Err(RequestRefusal::Open));
    let settled = Standing {
        is_final: true,
        ..none
    };
    assert_eq!(ask(back(), hour(1), settled), Err(RequestRefusal::Final));
    let resident = person(0, Role::Resident);
    let by_resident = start(
        rule(&rules, RequestKind::Extend),
        &order,
        &resident,
        &extend(1),
        &none,
        hour(1),
    );
    assert_eq!(by_resident, Err(RequestRefusal::NotAllowed));
}

#[test]
fn a_draft_is_judged_as_if_it_were_made_when_it_is_handed_in() {
    let (mut order, rules) = order();
    let unit = person(1, Role::DepartmentLiaison);
    let rule = rule(&rules, RequestKind::Extend);
    let draft = request(extend(5), 1, RequestState::Draft);
    let submit = |order: &Order, standing: Standing, now| {
        let step = RequestStep::Submit;
        judge(rule, order, &draft, step, &unit, (&standing, now)).map(|after| after.state)
    };
    assert_eq!(submit(&order, had(1), hour(1)), Ok(RequestState::Pending));
    let late = order.due_at.unwrap().plus(DAY * 30);
    assert_eq!(
        submit(&order, had(1), late),
        Err(RequestRefusal::Clock),
        "the limit has run out"
    );
    let open = Standing {
        open: true,
        ..had(1)
    };
    assert_eq!(submit(&order, open, hour(1)), Err(RequestRefusal::Open));
    order.unit_path = Some(path("/420105000000/420105000000.SW/"));
    assert_eq!(
        submit(&order, had(1), hour(1)),
        Err(RequestRefusal::NotNow),
        "another unit has it"
    );
    let asked = request(extend(5), 1, RequestState::Pending);
    let operator = person(2, Role::DistrictOperator);
    let decided = (&had(1), hour(1));
    let approve = RequestStep::Approve;
    assert_eq!(
        judge(rule, &order, &asked, approve, &operator, decided).unwrap_err(),
        RequestRefusal::NotNow
    );
    let refuse = RequestStep::Refuse;
    judge(rule, &order, &asked, refuse, &operator, decided).unwrap();
}

#[test]
fn a_third_return_or_a_third_unit_goes_to_a_conference() {
    let (order, rules) = order();
    let rule = rule(&rules, RequestKind::Return);
    assert_eq!(submitted(rule, 1, 1), RequestState::Pending);
    assert_eq!(submitted(rule, 3, 1), RequestState::Conference);
    assert_eq!(submitted(rule, 2, 3), RequestState::Conference);
    let asked = request(back(), 3, RequestState::Conference);
    let decide = |role| {
        let actor = person(2, role);
        judge(
            rule,
            &order,
            &asked,
            RequestStep::Approve,
            &actor,
            (&had(3), hour(2)),
        )
    };
    assert_eq!(
        decide(Role::StreetDispatcher).unwrap_err(),
        RequestRefusal::NotAllowed
    );
    assert_eq!(
        decide(Role::DistrictOperator).unwrap().state,
        RequestState::Approved
    );
}

#[test]
fn who_asked_or_handled_does_not_decide() {
    let (order, rules) = order();
    let rule = rule(&rules, RequestKind::Extend);
    let asked = request(extend(3), 1, RequestState::Pending);
    for number in [1, 7] {
        let actor = person(number, Role::DistrictOperator);
        let refused = judge(
            rule,
            &order,
            &asked,
            RequestStep::Approve,
            &actor,
            (&had(1), hour(2)),
        );
        assert_eq!(refused.unwrap_err(), RequestRefusal::ConflictOfInterest);
    }
    // the second one is for the upper level
    let again = request(extend(3), 2, RequestState::Pending);
    let street = person(2, Role::StreetDispatcher);
    let refused = judge(
        rule,
        &order,
        &again,
        RequestStep::Approve,
        &street,
        (&had(1), hour(2)),
    );
    assert_eq!(refused.unwrap_err(), RequestRefusal::NotAllowed);
}

#[test]
fn a_suspension_is_reviewed_each_month_and_ends() {
    let (order, rules) = order();
    let rule = rule(&rules, RequestKind::Suspend);
    let head = person(2, Role::DistrictOperator);
    let asked = request(suspend(40), 1, RequestState::Pending);
    let step = |request: &SideRequest, step, now| {
        judge(rule, &order, request, step, &head, (&had(1), now))
    };
    let lasting = step(&asked, RequestStep::Approve, hour(0)).unwrap();
    assert_eq!(lasting.wakes_at(), Some(hour(720)));
    let reviewed = step(&lasting, RequestStep::Review, hour(700)).unwrap();
    assert_eq!(
        (reviewed.state, reviewed.wakes_at()),
        (RequestState::Approved, Some(hour(960)))
    );
    let ended = step(&reviewed, RequestStep::End, hour(800)).unwrap();
    assert_eq!((ended.state, ended.wakes_at()), (RequestState::Ended, None));
    // a long one is for the level above
    let long = request(suspend(61), 1, RequestState::Pending);
    assert_eq!(
        step(&long, RequestStep::Approve, hour(0)).unwrap_err(),
        RequestRefusal::NotAllowed
    );
}

/// Every step from every state, for every kind: what is not in the machine is refused.
#[test]
fn no_step_leads_out_of_the_machine() {
    const STEPS: [RequestStep; 6] = [
        RequestStep::Submit,
        RequestStep::Withdraw,
        RequestStep::Approve,
        RequestStep::Refuse,
        RequestStep::Review,
        RequestStep::End,
    ];
    let (mut order, rules) = order();
    let asks = [
        back(),
        extend(3),
        suspend(30),
        Ask::Exclude {
            metrics: vec![Metric::Solved],
            evidence: Vec::new(),
        },
        Ask::Terminate {
            ground: "诉求人不配合".to_owned(),
        },
    ];
    for ask in asks {
        let rule = rule(&rules, ask.kind());
        order.state = rule.from.first().unwrap().clone();
        for state in RequestState::ALL.iter().copied() {
            for step in STEPS {
                let asked = request(ask.clone(), 1, state);
                let mine = matches!(step, RequestStep::Submit | RequestStep::Withdraw);
                let number = if mine { 1 } else { 2 };
                let actor = person(number, Role::PlatformOperator);
                let upper = person(number, Role::DistrictOperator);
                let unit = person(number, Role::DepartmentLiaison);
                let judged = [&actor, &upper, &unit]
                    .map(|actor| judge(rule, &order, &asked, step, actor, (&had(1), hour(1))).ok());
                let allowed = match (step, state) {
                    (RequestStep::Withdraw, state) => state.is_open(),
                    (RequestStep::Submit, RequestState::Draft)
                    | (
                        RequestStep::Approve | RequestStep::Refuse,
                        RequestState::Pending | RequestState::Conference,
                    ) => true,
                    (RequestStep::Review | RequestStep::End, RequestState::Approved) => {
                        ask.kind() == RequestKind::Suspend
                    }
                    _ => false,
                };
                let taken = judged.iter().any(Option::is_some);
                assert_eq!(taken, allowed, "{ask:?} {state:?} {step:?}");
                let after = judged.into_iter().flatten().next();
                assert!(
                    after.is_none_or(|after| after.state != state || step == RequestStep::Review)
                );
            }
        }
    }
}
