//! A running order goes on by another version of its definition: only where somebody wants it, and only where nothing is
//! lost by it (在办工单迁移).

use kernel::Timestamp;

use super::clocks;
use super::definition::Definition;
use crate::domain::event::DomainEvent;
use crate::domain::order::Order;

/// Why an order stays with its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stays {
    /// It has ended.
    Ended,
    /// The other version doesn't know its state, or ends there.
    State,
    /// The other version doesn't know one of its clocks.
    Clock,
    /// A part of an assisting unit is open, and the other version knows none in this state.
    Parts,
    /// It has used up more rounds than the other version has.
    Rounds,
}

impl Stays {
    /// Returns the name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::State => "state",
            Self::Clock => "clock",
            Self::Parts => "parts",
            Self::Rounds => "rounds",
        }
    }
}

/// Moves an order to another version: its state, its limits and what happened to them stay as they are.
///
/// # Errors
/// Why it stays.
pub fn migrate(
    (from, to): (&Definition, &Definition),
    order: &Order,
    now: Timestamp,
) -> Result<(Order, Vec<DomainEvent>), Stays> {
    if from.is_terminal(&order.state) {
        return Err(Stays::Ended);
    }
    let state = to.state(&order.state).filter(|state| !state.terminal);
    if state.is_none() {
        return Err(Stays::State);
    }
    let known = |name: &str| clocks::rule_of(to, name).is_some();
    if !order.clocks.iter().all(|clock| known(&clock.name)) {
        return Err(Stays::Clock);
    }
    let assists = to.assist.as_ref();
    let assists = assists.is_some_and(|rule| rule.states.contains(&order.state));
    if order.open_parts().next().is_some() && !assists {
        return Err(Stays::Parts);
    }
    if order.round_at_level() > to.max_rounds {
        return Err(Stays::Rounds);
    }
    let mut after = order.clone();
    after.workflow_version = to.version;
    after.updated_at = now;
    let events = vec![DomainEvent::DefinitionChanged {
        from: order.workflow_version,
        to: to.version,
    }];
    Ok((after, events))
}
