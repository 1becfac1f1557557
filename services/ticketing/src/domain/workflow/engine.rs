//! The engine: one action on one order.

use std::sync::Arc;

use kernel::{AccountId, Timestamp};
use serde_json::Value;

use super::clocks;
use super::definition::{Action, ActorRule, Condition, Definition, Move, Over, RoundChange};
use super::effect::{Progress, Setting};
use super::form::Input;
use super::guard::{Guard, Situation, Stage, rounds_left};
use super::refusal::Refusal;
use crate::domain::actor::{Actor, Capacity, Doer, Relation};
use crate::domain::assist;
use crate::domain::calendar::{Calendar, Limit};
use crate::domain::event::DomainEvent;
use crate::domain::order::{Order, Unit};
use crate::domain::panel::Homes;
use crate::domain::review::ReviewOutcome;
use crate::domain::verification::Verification;

/// An action that somebody tries to take.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The name of the action.
    pub action: &'a str,
    /// What the actor filled in; `null` for nothing.
    pub input: &'a Value,
    /// What the caller looked up.
    pub facts: &'a Facts,
}

/// What the engine can't know by itself; [`Action::needs`] tells which facts an action depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// How many photos the actor attached in the order's present round.
    pub photos: u32,
    /// Who can be drawn to judge, and the seed of the draw.
    pub panel: Option<PanelPool>,
    /// The unit that the form names, as the org tree knows it; absent when there is none.
    pub unit: Option<Unit>,
    /// How the category table says that the result is verified.
    pub verification: Verification,
    /// The working time of the order's district.
    pub calendar: Arc<Calendar>,
}

impl Facts {
    /// Knows nothing but the calendar.
    #[must_use]
    pub fn of(calendar: Arc<Calendar>) -> Self {
        Self {
            photos: 0,
            panel: None,
            unit: None,
            verification: Verification::default(),
            calendar,
        }
    }
}

/// What a panel is drawn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelPool {
    /// The seed: hex text of at least 16 random bytes.
    pub seed: String,
    /// The residents of the place; the requester and the handlers are left out by the draw itself.
    pub candidates: Vec<AccountId>,
    /// Residents who keep out of the order (回避).
    pub barred: Vec<AccountId>,
    /// Where they live, where households are drawn.
    pub homes: Homes,
}

/// Takes an action (一步流转).
///
/// The checks come in this order: the definition is the order's, the action exists, the actor may take it, the state
/// allows it, the guards hold, the input fits, the guards on the input hold. `version` is left to the store.
pub fn step(
    definition: &Definition,
    order: &Order,
    attempt: &Attempt<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Result<(Order, Vec<DomainEvent>), Refusal> {
    if order.workflow != definition.name || order.workflow_version != definition.version {
        return Err(Refusal::OtherDefinition);
    }
    let action = definition
        .action(attempt.action)
        .ok_or_else(|| Refusal::UnknownAction(attempt.action.to_owned()))?;
    let capacity = capacity_of(action, order, actor).ok_or(Refusal::NotAllowed)?;
    if !action.from.contains(&order.state) {
        return Err(Refusal::WrongState {
            state: order.state.clone(),
        });
    }
    let situation = Situation {
        definition,
        order,
        actor,
        now,
    };
    if let Some(guard) = action
        .guards
        .iter()
        .find(|guard| !guard.holds_at_offer(&situation))
    {
        return Err(Refusal::Guard(*guard));
    }
    let input = action.form.check(attempt.input).map_err(Refusal::Invalid)?;
    for guard in action
        .guards
        .iter()
        .filter(|guard| guard.stage() == Stage::Attempt)
    {
        guard.check_at_attempt(&situation, &input, attempt.facts)?;
    }

    let setting = Setting {
        review: definition.review.as_ref(),
        callback: definition.callback.as_ref(),
        actor,
        input: &input,
        facts: attempt.facts,
        now,
    };
    let calendar = &attempt.facts.calendar;
    let mut progress = Progress {
        order: order.clone(),
        events: Vec::new(),
        review: ReviewOutcome::Pending,
        callback: None,
    };
    for effect in &action.effects {
        effect.apply(&mut progress, &setting)?;
    }
    let made = choose(definition, action, &progress, (&input, attempt.facts));
    let to = made.target(&order.state).to_owned();
    progress.order.state.clone_from(&to);
    change_round(definition, made, &mut progress)?;
    for effect in &made.effects {
        effect.apply(&mut progress, &setting)?;
    }
    let Progress {
        order: after,
        events,
        review,
        ..
    } = &mut progress;
    assist::lapse(definition, after, now, events);
    clocks::stop_with(definition, after, &action.name, now, events);
    let extension = definition
        .review
        .as_ref()
        .and_then(|rule| rule.extension.as_ref());
    if let (ReviewOutcome::Extended, Some(extension)) = (*review, extension) {
        let by = Limit::Hours(extension.hours);
        clocks::extend(
            definition,
            after,
            &extension.clock,
            by,
            calendar,
            now,
            events,
        );
    }
    if to != order.state {
        clocks::enter_state(definition, after, calendar, now, events);
    }
    progress.order.updated_at = now;

    let mut events = vec![DomainEvent::Advanced {
        action: action.name.clone(),
        from: order.state.clone(),
        to,
        round: order.round,
        by: Doer {
            account: actor.account(),
            capacity,
        },
        input: input.to_json(),
    }];
    events.append(&mut progress.events);
    Ok((progress.order, events))
}

/// Finds the capacity in which somebody may take an action on an order.
pub(crate) fn capacity_of(action: &Action, order: &Order, actor: &Actor) -> Option<Capacity> {
    capacity_among(&action.actors, order, actor)
}

/// Finds the capacity in which somebody is one of those that rules name.
pub(crate) fn capacity_among(
    rules: &[ActorRule],
    order: &Order,
    actor: &Actor,
) -> Option<Capacity> {
    rules.iter().find_map(|rule| match rule {
        ActorRule::System => matches!(actor, Actor::System { .. }).then_some(Capacity::System),
        ActorRule::Relation(relation) => {
            stands_in(*relation, order, actor).then_some(Capacity::Relation(*relation))
        }
        ActorRule::Roles { roles, over } => {
            let path = match over {
                Over::Area => Some(&order.org_path),
                Over::Unit => order.unit_path.as_ref(),
            };
            actor.holding(roles, path?, order).map(Capacity::Role)
        }
    })
}

/// Tells whether a person stands in a relation to an order; the platform stands in none.
fn stands_in(relation: Relation, order: &Order, actor: &Actor) -> bool {
    let Actor::Person { account, .. } = actor else {
        return false;
    };
    match relation {
        Relation::Requester => order.requester == Some(*account),
        Relation::Filer => order.requester.is_none() && order.filed_by == Some(*account),
        Relation::Assignee => order.assignee == Some(*account),
        Relation::Panel => order.panel.contains(account),
    }
}

/// Chooses the first outcome that applies.
fn choose<'a>(
    definition: &Definition,
    action: &'a Action,
    progress: &Progress,
    (input, facts): (&Input, &Facts),
) -> &'a Move {
    let category = progress.order.category.as_deref();
    let verification = definition.verification_of(category, facts.verification);
    let holds = |condition: &Condition| match condition {
        Condition::Boolean(field, value) => input.boolean(field) == Some(*value),
        Condition::Choice(field, value) => input.text(field) == Some(value.as_str()),
        Condition::Review(outcome) => progress.review == *outcome,
        Condition::Callback(outcome) => progress.callback == Some(*outcome),
        Condition::RoundsLeft(value) => rounds_left(definition, &progress.order) == *value,
        Condition::Verification(policy) => verification == *policy,
        Condition::UnitSet(value) => progress.order.unit_path.is_some() == *value,
        Condition::RequesterKnown(value) => progress.order.names_requester() == *value,
    };
    let chosen = action
        .outcomes
        .iter()
        .find(|outcome| outcome.when.iter().all(holds));
    chosen.map_or(&action.otherwise, |outcome| &outcome.then)
}

/// Begins a new round where the move says so: votes and panel belong to one round only.
fn change_round(
    definition: &Definition,
    made: &Move,
    progress: &mut Progress,
) -> Result<(), Refusal> {
    let order = &mut progress.order;
    match made.round {
        RoundChange::Keep => return Ok(()),
        RoundChange::Next if !rounds_left(definition, order) => {
            return Err(Refusal::Guard(Guard::RoundsLeft));
        }
        RoundChange::Next => order.round = order.round.saturating_add(1),
        RoundChange::Fresh => {
            order.round = order.round.saturating_add(1);
            order.first_round = order.round;
        }
    }
    order.votes.clear();
    order.panel.clear();
    order.panel_households.clear();
    order.callback_tries.clear();
    progress
        .events
        .push(DomainEvent::RoundStarted { round: order.round });
    Ok(())
}
