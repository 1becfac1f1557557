//! Assisting units under random walks, and the checks of the blocks that allow them and merges.

use kernel::Role;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::world::{Case, DEPARTMENT, DISTRICT, calendar, definition, facts, person};
use crate::domain::actor::Actor;
use crate::domain::assist::{self, AskUnit, AssistRefusal, PartState, PartStep};
use crate::domain::clock::RunningClock;
use crate::domain::event::DomainEvent;
use crate::domain::merge::{self, MergeRefusal};
use crate::domain::order::Unit;
use crate::domain::testing::{code, order_id, path};
use crate::domain::workflow::clocks::{is_of_part, part_of};
use crate::domain::workflow::{Attempt, Guard, ProblemKind, Refusal, catalogue, load, step};

const UNITS: [&str; 4] = ["SW", "ZJ", "GA", "YL"];

fn unit(index: usize) -> AskUnit {
    let name = UNITS.get(index % UNITS.len()).unwrap();
    AskUnit {
        unit: Unit {
            code: code(&format!("420105000000.{name}")),
            path: path(&format!("/420105000000/420105000000.{name}/")),
        },
        name: "协办单位".to_owned(),
        asked: "配合".to_owned(),
    }
}

fn liaison(index: usize) -> Actor {
    let over = unit(index).unit.path;
    person(500, Role::DepartmentLiaison, over.as_str())
}

fn lead() -> Actor {
    person(400, Role::DepartmentLiaison, DEPARTMENT)
}

fn operator() -> Actor {
    person(401, Role::DistrictOperator, DISTRICT)
}

/// A six-step order that the department is at.
fn handling() -> Case {
    let mut case = Case::open("six-step");
    case.act(&operator(), "accept", &json!({}));
    case.act(&operator(), "dispatch", &json!({"unit": "420105000000.CG"}));
    case.act(&lead(), "sign", &json!({}));
    case
}

fn report() -> Value {
    json!({"handling_note": "已修", "public_answer": "已修好"})
}

fn ask(case: &mut Case, actor: &Actor, index: usize) -> Result<u32, AssistRefusal> {
    let (definition, order) = (&case.definition, &case.order);
    let asked = assist::ask(definition, order, actor, unit(index), &calendar(), case.now)?;
    case.order = asked.order;
    case.events.extend(asked.events);
    Ok(asked.number)
}

fn take(
    case: &mut Case,
    actor: &Actor,
    number: u32,
    step: PartStep,
    text: Option<&str>,
) -> Result<(), AssistRefusal> {
    let text = text.map(str::to_owned);
    let part = (number, step);
    let taken = assist::take(&case.definition, &case.order, actor, part, text, case.now)?;
    case.order = taken.order;
    case.events.extend(taken.events);
    Ok(())
}

#[test]
fn a_part_has_its_own_limit_that_makes_nobody_else_late() {
    let mut case = handling();
    let own = case.order.due_at;
    let number = ask(&mut case, &lead(), 0).unwrap();
    let part = case.order.parts.first().unwrap().clone();
    assert_eq!((number, part.state), (1, PartState::Asked));
    let clock = case
        .order
        .clocks
        .iter()
        .find(|clock| clock.name == "assist.1");
    assert_eq!(clock.unwrap().due_at, part.due_at);
    assert_eq!(case.order.due_at, own);
    assert!(case.order.wake_at < Some(part.due_at));
    case.act(&lead(), "contact", &json!({"reached": true}));
    // three working days after a Sunday's asking, before the five of the whole
    case.now = part.due_at.plus(std::time::Duration::from_secs(1));
    let reason = json!({"reason": "超时"});
    let refused = case.refused(&operator(), "reclaim", &reason);
    assert_eq!(refused, Refusal::Guard(Guard::PastDue));
}

#[test]
fn the_lead_can_not_report_over_an_open_part_unless_it_says_why() {
    let mut case = handling();
    let number = ask(&mut case, &lead(), 0).unwrap();
    let refused = case.refused(&lead(), "feedback", &report());
    assert_eq!(refused, Refusal::Guard(Guard::PartsDone));
    let silent = take(&mut case, &lead(), number, PartStep::Waive, None);
    assert_eq!(silent, Err(AssistRefusal::TextMissing));
    take(
        &mut case,
        &lead(),
        number,
        PartStep::Waive,
        Some("无需关阀"),
    )
    .unwrap();
    case.act(&lead(), "feedback", &report());
    assert!(
        !case
            .order
            .clocks
            .iter()
            .any(|clock| is_of_part(&clock.name))
    );
}

#[test]
fn an_order_is_not_merged_across_districts_or_into_itself() {
    let one = handling();
    let mut other = Case::open("six-step");
    other.order.id = order_id(2);
    let by = |case: &Case| case.definition.clone();
    let both = merge::check(
        (&by(&other), &other.order),
        (&by(&one), &one.order),
        &operator(),
    );
    assert!(both.is_ok());
    let same = merge::check(
        (&by(&one), &one.order),
        (&by(&one), &one.order),
        &operator(),
    );
    assert_eq!(same, Err(MergeRefusal::Same));
    let stranger = merge::check(
        (&by(&other), &other.order),
        (&by(&one), &one.order),
        &lead(),
    );
    assert_eq!(stranger, Err(MergeRefusal::NotAllowed));
    let five = Case::open("five-order");
    let unknown = merge::check(
        (&by(&five), &other.order),
        (&by(&one), &one.order),
        &operator(),
    );
    assert_eq!(unknown, Err(MergeRefusal::NotNow));
    let (after, added, _) = merge::absorb(&one.order, &other.order, one.now);
    // both were asked for by the same person, who follows nothing
    assert!(added.is_empty() && after.joint_requesters.is_empty());
}

#[test]
fn blocks_that_do_not_fit_are_refused_with_their_place() {
    let (file, text) = catalogue::BUNDLED
        .into_iter()
        .find(|(file, _)| *file == "workflows/six-step.toml")
        .unwrap();
    for (from, to, kind) in [
        (
            "clock = \"assist\"",
            "clock = \"nothing\"",
            ProblemKind::BadAssist,
        ),
        ("most = 5\nask", "most = 0\nask", ProblemKind::BadAssist),
        ("assist = true", "", ProblemKind::BadAssist),
        (
            "work_days = 3\nemergency_hours = 12\nlevels = [\n    { name = \"yellow\", before = { work_days = 1 }, actions = [\"remind\"] },\n    { name = \"due\", actions = [\"remind\", \"escalate\"] },",
            "work_days = 3\nstops_on = [\"closed\"]\nlevels = [",
            ProblemKind::BadAssist,
        ),
        (
            "action = \"merged\"\nwho",
            "action = \"terminated\"\nwho",
            ProblemKind::BadMerge,
        ),
        (
            "action = \"merged\"\nwho",
            "action = \"accept\"\nwho",
            ProblemKind::BadMerge,
        ),
        (
            "into = [\"reported\"",
            "into = [\"declined\", \"reported\"",
            ProblemKind::BadMerge,
        ),
    ] {
        let broken = text.replacen(from, to, 1);
        assert_ne!(broken, text, "{from}");
        let error = load::parse(file, &broken).unwrap_err();
        let found = error.problems.iter().find(|problem| problem.kind == kind);
        assert!(found.is_some(), "{to}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_part_is_open_without_its_clock_or_beside_the_lead(
        tries in prop::collection::vec((0_usize..9, 0_usize..4, 0_u64..40), 1..60)
    ) {
        let mut case = handling();
        let rule = definition("six-step").assist.clone().unwrap();
        for (what, which, hours) in tries {
            case.now = case.now.plus(std::time::Duration::from_secs(hours * 3600));
            let number = u32::try_from(which).unwrap() + 1;
            let before = case.order.clone();
            let done = match what {
                0 | 1 => ask(&mut case, &lead(), which).is_ok(),
                2 => take(&mut case, &liaison(which), number, PartStep::Accept, None).is_ok(),
                3 => take(&mut case, &liaison(which), number, PartStep::Finish, Some("好")).is_ok(),
                4 => take(&mut case, &liaison(which), number, PartStep::HandBack, Some("不属")).is_ok(),
                5 => take(&mut case, &lead(), number, PartStep::Waive, Some("无需")).is_ok(),
                _ => {
                    let (actor, action, input) = match what {
                        6 => (lead(), "feedback", report()),
                        7 => (person(402, Role::Inspector, DISTRICT), "verify", json!({"passed": false})),
                        _ => (operator(), "reclaim", json!({"reason": "超时"})),
                    };
                    let facts = facts();
                    let attempt = Attempt { action, input: &input, facts: &facts };
                    match step(&case.definition, &case.order, &attempt, &actor, case.now) {
                        Ok((order, events)) => {
                            // nothing was reported over an open part
                            prop_assert!(action != "feedback" || before.open_parts().next().is_none());
                            case.order = order;
                            case.events.extend(events);
                            true
                        }
                        Err(_) => false,
                    }
                }
            };
            prop_assert!(done || case.order == before);
            let order = &case.order;
            let assists = rule.states.contains(&order.state);
            let mut units = Vec::new();
            for part in &order.parts {
                let runs = order.clocks.iter().any(|clock| part_of(&clock.name) == Some(part.number));
                prop_assert_eq!(runs, part.state.is_open());
                prop_assert!(assists || !part.state.is_open(), "open in {}", order.state);
                prop_assert!(!part.state.is_open() || part.answer.is_none());
            }
            for part in order.open_parts() {
                prop_assert!(Some(&part.unit) != order.unit_code().as_ref());
                prop_assert!(!units.contains(&&part.unit));
                units.push(&part.unit);
            }
            prop_assert!(units.len() <= usize::try_from(rule.most).unwrap());
            let own = order.clocks.iter().filter(|clock| !is_of_part(&clock.name));
            prop_assert_eq!(order.due_at, own.filter_map(RunningClock::counts_until).min());
            prop_assert_eq!(order.wake_at, order.clocks.iter().filter_map(RunningClock::wakes_at).min());
        }
        // every change of a part is a fact of the timeline
        let told = case.events.iter().filter(|event| matches!(event, DomainEvent::PartMoved { .. })).count();
        prop_assert!(told >= case.order.parts.len());
    }
}
