//! What would have become of recorded orders under another definition (试运行): their recorded steps are taken again,
//! one after the other, by its states, actors and forms.
//!
//! Guards are left aside: they ask for what only the time and the persons of then know. So what is found here would be
//! refused for certain; what passes may still meet a guard.

use std::collections::BTreeMap;

use kernel::OrderId;
use serde_json::Value;

use super::definition::{Action, ActorRule, Definition};
use crate::domain::actor::Capacity;

/// A step that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The action.
    pub action: String,
    /// The state before.
    pub from: String,
    /// The state after.
    pub to: String,
    /// In which capacity it was taken.
    pub capacity: String,
    /// What was filled in.
    pub input: Value,
}

/// Why a step would be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The definition has no such action.
    UnknownAction,
    /// The action isn't taken from the state.
    WrongState,
    /// Nobody takes it in that capacity.
    NotAllowed,
    /// The form doesn't take what was filled in.
    Input,
    /// The action doesn't lead where it led.
    LeadsElsewhere,
}

impl Why {
    /// Returns the name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownAction => "unknown_action",
            Self::WrongState => "wrong_state",
            Self::NotAllowed => "not_allowed",
            Self::Input => "input",
            Self::LeadsElsewhere => "leads_elsewhere",
        }
    }
}

/// The first step of an order that would be refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Obstacle {
    /// The state before the step.
    pub state: String,
    /// The action.
    pub action: String,
    /// Why.
    pub why: Why,
}

/// What came of all orders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rehearsal {
    /// Orders.
    pub orders: u64,
    /// Of those, all steps could be taken.
    pub passed: u64,
    /// Steps that were taken again.
    pub steps: u64,
    /// How often each obstacle stood in the way, with an order that met it.
    pub obstacles: BTreeMap<Obstacle, (u64, OrderId)>,
}

impl Rehearsal {
    /// Takes the steps of one more order.
    pub fn add(&mut self, definition: &Definition, order: OrderId, steps: &[Recorded]) {
        self.orders = self.orders.saturating_add(1);
        let (taken, obstacle) = rehearse(definition, steps);
        self.steps = self.steps.saturating_add(taken);
        match obstacle {
            None => self.passed = self.passed.saturating_add(1),
            Some(obstacle) => {
                let met = self.obstacles.entry(obstacle).or_insert((0, order));
                met.0 = met.0.saturating_add(1);
            }
        }
    }
}

/// Takes the steps of one order; returns how many could be taken, and what stopped the next one.
#[must_use]
pub fn rehearse(definition: &Definition, steps: &[Recorded]) -> (u64, Option<Obstacle>) {
    let mut state = definition.initial.as_str();
    let mut taken = 0_u64;
    for step in steps {
        let found = definition.action(&step.action);
        let why = match found {
            None => Some(Why::UnknownAction),
            Some(action) => refusal(action, state, step),
        };
        if let Some(why) = why {
            let obstacle = Obstacle {
                state: state.to_owned(),
                action: step.action.clone(),
                why,
            };
            return (taken, Some(obstacle));
        }
        state = &step.to;
        taken = taken.saturating_add(1);
    }
    (taken, None)
}

fn refusal(action: &Action, state: &str, step: &Recorded) -> Option<Why> {
    if !action.from.iter().any(|from| from == state) {
        return Some(Why::WrongState);
    }
    let capacity = Capacity::try_from(step.capacity.clone());
    let fits = |rule: &ActorRule| match (rule, &capacity) {
        (ActorRule::System, Ok(Capacity::System)) => true,
        (ActorRule::Relation(relation), Ok(Capacity::Relation(held))) => relation == held,
        (ActorRule::Roles { roles, .. }, Ok(Capacity::Role(held))) => roles.contains(held),
        _ => false,
    };
    if !action.actors.iter().any(fits) {
        return Some(Why::NotAllowed);
    }
    if action.form.check(&step.input).is_err() {
        return Some(Why::Input);
    }
    let leads = action.moves().any(|made| made.target(state) == step.to);
    (!leads).then_some(Why::LeadsElsewhere)
}
