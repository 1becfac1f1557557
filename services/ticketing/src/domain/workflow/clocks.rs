//! Starting and stopping the time limits of an order.

use kernel::Timestamp;

use super::definition::Definition;
use crate::domain::event::DomainEvent;
use crate::domain::order::{Order, RunningClock};

/// Stops and starts clocks for the state that the order has just entered.
pub(crate) fn enter_state(
    definition: &Definition,
    order: &mut Order,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) {
    for rule in &definition.clocks {
        if !rule.stops_on.contains(&order.state) {
            continue;
        }
        if let Some(place) = order
            .clocks
            .iter()
            .position(|clock| clock.name == rule.name)
        {
            let stopped = order.clocks.remove(place);
            let overdue = stopped.due_at < now;
            events.push(DomainEvent::ClockStopped {
                clock: stopped.name,
                overdue,
            });
        }
    }
    for rule in &definition.clocks {
        let runs = order.clocks.iter().any(|clock| clock.name == rule.name);
        if runs || !rule.starts_on.contains(&order.state) {
            continue;
        }
        let due_at = now.plus(rule.duration());
        order.clocks.push(RunningClock {
            name: rule.name.clone(),
            due_at,
        });
        events.push(DomainEvent::ClockStarted {
            clock: rule.name.clone(),
            due_at,
        });
    }
    order.due_at = order.clocks.iter().map(|clock| clock.due_at).min();
}
