//! Which actions somebody may take next, with what they have to fill in.

use std::sync::Arc;

use kernel::{Named, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::definition::Definition;
use super::engine::capacity_of;
use super::guard::{Situation, Stage};
use crate::domain::actor::Actor;
use crate::domain::order::Order;
use crate::domain::wording::Bilingual;

/// An action that the caller may take now: an app draws its button and form from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActionOffer {
    /// The name, the last part of the action's URL.
    pub name: String,
    /// The text on the button.
    pub title: Bilingual,
    /// The JSON schema of the input.
    pub form: Arc<Value>,
    /// What must be true when the action is sent, beyond the form.
    pub requires: Vec<Requirement>,
}

/// A guard that is checked when the action is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// The name of the guard.
    pub name: &'static str,
    /// What it demands.
    pub title: Bilingual,
}

/// Lists the actions that somebody may take on an order now; none on an order that has ended.
#[must_use]
pub fn legal_actions(
    definition: &Definition,
    order: &Order,
    actor: &Actor,
    now: Timestamp,
) -> Vec<ActionOffer> {
    if order.workflow != definition.name || order.workflow_version != definition.version {
        return Vec::new();
    }
    let situation = Situation {
        definition,
        order,
        actor,
        now,
    };
    let mut offers = Vec::new();
    for action in &definition.actions {
        let open = action.from.contains(&order.state)
            && capacity_of(action, order, actor).is_some()
            && action
                .guards
                .iter()
                .all(|guard| guard.holds_at_offer(&situation));
        if !open {
            continue;
        }
        let later = action
            .guards
            .iter()
            .filter(|guard| guard.stage() == Stage::Attempt);
        offers.push(ActionOffer {
            name: action.name.clone(),
            title: action.title.clone(),
            form: Arc::clone(&action.schema),
            requires: later
                .map(|guard| Requirement {
                    name: guard.name(),
                    title: guard.demand(),
                })
                .collect(),
        });
    }
    offers
}
