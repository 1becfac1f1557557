//! Random walks over every definition.

use kernel::Role;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::world::{Case, DEPARTMENT, DISTRICT, facts, newest, person};
use crate::domain::actor::{Actor, Relation};
use crate::domain::clock::RunningClock;
use crate::domain::order::Order;
use crate::domain::testing::account;
use crate::domain::workflow::definition::{Action, ActorRule, Over, Rounds};
use crate::domain::workflow::form::{FieldKind, Form, Required};
use crate::domain::workflow::{
    Attempt, Definition, Facts, Refusal, RefusalKind, legal_actions, step,
};

/// What one random step is made of.
#[derive(Debug, Clone)]
struct Try {
    actor: usize,
    action: usize,
    dice: u64,
    hours: u64,
    photos: u32,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (
        0_usize..128,
        0_usize..32,
        any::<u64>(),
        0_u64..200,
        0_u32..2,
    )
        .prop_map(|(actor, action, dice, hours, photos)| Try {
            actor,
            action,
            dice,
            hours,
            photos,
        });
    prop::collection::vec(one, 1..120)
}

/// Everybody who may have a hand in an order: roles in scope, residents, the platform.
fn cast() -> Vec<Actor> {
    let mut cast: Vec<Actor> = Vec::new();
    for (index, role) in Role::ALL.iter().enumerate() {
        let over = if *role == Role::DepartmentLiaison {
            DEPARTMENT
        } else {
            DISTRICT
        };
        cast.push(person(100 + u128::try_from(index).unwrap(), *role, over));
    }
    for number in 0..20 {
        cast.push(Actor::Person {
            account: account(number),
            authorities: Vec::new(),
        });
        cast.push(Actor::System {
            on_behalf_of: Some(account(number)),
        });
    }
    cast.push(Actor::System { on_behalf_of: None });
    cast
}

/// Fills a form by dice; one time in eight with something that doesn't fit.
fn fill(form: &Form, mut dice: u64) -> Value {
    let mut roll = |sides: u64| {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    if roll(8) == 0 {
        let odd = [
            Value::Null,
            json!([]),
            json!({"no_such_field": 1}),
            json!("x"),
            json!({"score": 9}),
        ];
        return odd.get(usize::try_from(roll(5)).unwrap()).unwrap().clone();
    }
    let mut object = Map::new();
    for field in &form.fields {
        if field.required == Required::No && roll(2) == 0 {
            continue;
        }
        let value = match &field.kind {
            FieldKind::Text { .. } => json!("情况属实"),
            FieldKind::Integer { min, max } => {
                json!(min + i64::try_from(roll(u64::try_from(max - min).unwrap() + 1)).unwrap())
            }
            FieldKind::Boolean => json!(roll(2) == 0),
            FieldKind::Choice { options } => json!(options.first().unwrap().value),
            FieldKind::OrgCode => json!("420105000000.CG"),
            FieldKind::Roles => json!(["resident"]),
        };
        object.insert(field.name.clone(), value);
    }
    Value::Object(object)
}

/// No clock is lost: nobody can bring an order where nothing watches over it, and each clock runs, stands still or is
/// stopped just as its rule says.
fn check_clocks(
    definition: &Definition,
    before: &Order,
    order: &Order,
    action: &str,
) -> Result<(), TestCaseError> {
    let due_at = order.clocks.iter().filter_map(RunningClock::counts_until);
    prop_assert_eq!(order.due_at, due_at.min());
    let wake_at = order.clocks.iter().filter_map(RunningClock::wakes_at);
    prop_assert_eq!(order.wake_at, wake_at.min());
    let ended = definition.is_terminal(&order.state);
    let watched = order.clocks.iter().any(|clock| !clock.is_window());
    prop_assert!(watched != ended, "{} in {}", definition.name, order.state);
    for rule in &definition.clocks {
        let of = |order: &Order| {
            order
                .clocks
                .iter()
                .find(|clock| clock.name == rule.name)
                .cloned()
        };
        let counts = match rule.rounds {
            Rounds::All => true,
            Rounds::First => order.round == 1,
            Rounds::Later => order.round > 1,
        };
        let moved = before.state != order.state;
        let stopped = rule.stops_with.iter().any(|name| name == action);
        match of(order) {
            None if moved && counts => prop_assert!(!rule.starts_on.contains(&order.state)),
            None if !moved && !stopped => {
                prop_assert!(of(before).is_none(), "{} is lost", rule.name);
            }
            None => {}
            Some(clock) => {
                prop_assert!(
                    !moved
                        || !rule.stops_on.contains(&order.state)
                        || rule.starts_on.contains(&order.state)
                );
                let paused = clock.paused_for().is_some();
                prop_assert_eq!(
                    paused,
                    rule.pauses_on.contains(&order.state),
                    "{}",
                    rule.name
                );
            }
        }
    }
    Ok(())
}

/// Reads who may take an action once more, by its rules alone.
fn may(action: &Action, order: &Order, actor: &Actor) -> bool {
    let Actor::Person {
        account,
        authorities,
    } = actor
    else {
        return action.actors.contains(&ActorRule::System);
    };
    let stands = |relation: &Relation| match relation {
        Relation::Requester => order.requester.as_ref() == Some(account),
        Relation::Filer => order.requester.is_none() && order.filed_by.as_ref() == Some(account),
        Relation::Assignee => order.assignee.as_ref() == Some(account),
        Relation::Panel => order.panel.iter().any(|drawn| drawn == account),
    };
    action.actors.iter().any(|rule| match rule {
        ActorRule::System => false,
        ActorRule::Relation(relation) => stands(relation),
        ActorRule::Roles { roles, over } => {
            let place = match over {
                Over::Area => order.org_path.to_string(),
                Over::Unit => order
                    .unit_path
                    .as_ref()
                    .map_or_else(String::new, ToString::to_string),
            };
            authorities
                .iter()
                .any(|held| roles.contains(&held.role) && place.starts_with(&held.path.to_string()))
        }
    })
}

/// Whoever no rule names is refused before anything else is looked at.
fn check_actors(case: &Case, attempt: &Attempt<'_>, actors: &[Actor]) -> Result<(), TestCaseError> {
    let action = case.definition.action(attempt.action).unwrap();
    for actor in actors
        .iter()
        .filter(|actor| !may(action, &case.order, actor))
    {
        let refusal = step(&case.definition, &case.order, attempt, actor, case.now).unwrap_err();
        prop_assert_eq!(refusal, Refusal::NotAllowed, "{}", action.name);
    }
    Ok(())
}

/// Walks an order and checks after every step what must always hold.
fn walk(workflow: &str, tries: &[Try]) -> Result<(), TestCaseError> {
    let actors = cast();
    let mut case = Case::open(workflow);
    let definition = case.definition.clone();
    for one in tries {
        let actor = actors.get(one.actor % actors.len()).unwrap();
        let action = definition
            .actions
            .get(one.action % definition.actions.len())
            .unwrap();
        let input = fill(&action.form, one.dice);
        let facts = Facts {
            photos: one.photos,
            ..facts()
        };
        let offered = case.offered(actor).contains(&action.name);
        let attempt = Attempt {
            action: &action.name,
            input: &input,
            facts: &facts,
        };
        let before = case.order.clone();
        case.now = case
            .now
            .plus(std::time::Duration::from_secs(one.hours * 3600));
        let offered = offered || case.offered(actor).contains(&action.name);
        match step(&definition, &case.order, &attempt, actor, case.now) {
            Ok((order, events)) => {
                prop_assert!(may(action, &before, actor), "{}", action.name);
                check_actors(&case, &attempt, &actors)?;
                let person = matches!(actor, Actor::Person { .. });
                prop_assert!(offered || !person, "{} was not offered", action.name);
                prop_assert!(!definition.is_terminal(&before.state));
                prop_assert!(action.from.contains(&before.state));
                prop_assert!(definition.state(&order.state).is_some());
                prop_assert!(order.round_at_level() <= definition.max_rounds);
                prop_assert!(order.round >= before.round && order.first_round <= order.round);
                prop_assert!(order.version == before.version && !events.is_empty());
                let own =
                    |account| order.handlers.contains(account) || order.requester == Some(*account);
                prop_assert!(!order.panel.iter().any(own));
                check_clocks(&definition, &before, &order, &action.name)?;
                case.order = order;
            }
            Err(refusal) => {
                let stranger = refusal == Refusal::NotAllowed;
                prop_assert_eq!(stranger, !may(action, &before, actor), "{}", action.name);
                prop_assert!(refusal.kind() != RefusalKind::NotFound);
                let of_ours = refusal.kind() == RefusalKind::Internal;
                // only the platform acting for nobody can lack a fact here
                prop_assert!(!of_ours || actor.account().is_none(), "{refusal:?}");
            }
        }
        if definition.is_terminal(&case.order.state) {
            prop_assert!(case.order.clocks.is_empty() && case.order.due_at.is_none());
            for anybody in &actors {
                let offers = legal_actions(&definition, &case.order, anybody, case.now);
                prop_assert!(offers.is_empty());
            }
        }
    }
    Ok(())
}

/// Walks an order along offered actions only: an app that draws its buttons from the server never runs into a refusal
/// other than for its input.
fn walk_offers(workflow: &str, tries: &[Try]) -> Result<(), TestCaseError> {
    let actors = cast();
    let mut case = Case::open(workflow);
    let definition = case.definition.clone();
    for one in tries {
        case.now = case
            .now
            .plus(std::time::Duration::from_secs(one.hours * 3600));
        let mut choices = Vec::new();
        let people = actors
            .iter()
            .filter(|actor| matches!(actor, Actor::Person { .. }));
        for actor in people {
            for offer in legal_actions(&definition, &case.order, actor, case.now) {
                choices.push((actor, offer.name));
            }
        }
        // the volunteering service reports that somebody won the claim
        let volunteer = super::world::claimed_by(super::world::VOLUNTEER);
        if case.order.state == "dispatched" {
            choices.push((&volunteer, "accept".to_owned()));
        }
        if choices.is_empty() {
            prop_assert!(
                definition.is_terminal(&case.order.state),
                "stuck in {}",
                case.order.state
            );
            return Ok(());
        }
        let (actor, name) = choices.get(one.action % choices.len()).unwrap();
        let input = fill(&definition.action(name).unwrap().form, one.dice);
        let facts = facts();
        let attempt = Attempt {
            action: name,
            input: &input,
            facts: &facts,
        };
        match step(&definition, &case.order, &attempt, actor, case.now) {
            Ok((order, _)) => case.order = order,
            Err(refusal) => prop_assert_eq!(refusal.kind(), RefusalKind::Invalid, "{}", name),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_sequence_of_attempts_breaks_an_order(tries in tries()) {
        for definition in newest() {
            walk(&definition.name, &tries)?;
        }
    }

    #[test]
    fn an_offered_action_can_be_taken(tries in tries()) {
        for definition in newest() {
            walk_offers(&definition.name, &tries)?;
        }
    }

    #[test]
    fn people_without_a_role_or_relation_never_act(tries in tries()) {
        for definition in newest() {
            let mut case = Case::open(&definition.name);
            case.order.state = case.definition.states.get(
                tries.len() % case.definition.states.len()
            ).unwrap().name.clone();
            for role in Role::ALL {
                // every role, but in another district
                let stranger = person(900, *role, "/420106000000/");
                prop_assert!(case.offered(&stranger).is_empty());
                for action in &case.definition.actions {
                    let input = fill(&action.form, tries.first().unwrap().dice);
                    let refusal = case.refused(&stranger, &action.name, &input);
                    prop_assert_eq!(refusal.kind(), RefusalKind::Forbidden);
                }
            }
        }
    }

    #[test]
    fn no_text_makes_the_loader_panic(text in ".{0,200}", cut in 0_usize..4_000) {
        let _ = crate::domain::workflow::parse("random.toml", &text);
        for (file, text) in crate::domain::workflow::catalogue::BUNDLED {
            let shortened: String = text.chars().take(cut).collect();
            let _ = crate::domain::workflow::parse(file, &shortened);
        }
    }
}
