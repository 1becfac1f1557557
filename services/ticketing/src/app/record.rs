//! What a step leaves behind beside the order: its line of the timeline, a draw, a vote, a publication.

use ::store::{StoreError, Writes};
use kernel::{AccountId, IdSourceExt, PublicationId};
use serde_json::{Map, Value};

use super::App;
use super::advance::Step;
use super::cause::Cause;
use crate::domain::event::DomainEvent;
use crate::domain::workflow::clocks::is_of_part;
use crate::store::draws::{RecordedDraw, insert_draw, insert_vote};
use crate::store::orders::StoredOrder;
use crate::store::publications::{Approval, Publication, insert_publication};
use crate::store::timeline::Entry;

/// Makes the line of the timeline.
pub(super) fn entry_of(after: &StoredOrder, events: &[DomainEvent]) -> Result<Entry, StoreError> {
    let order = &after.order;
    let mut entry = Entry {
        order_id: order.id,
        seq: order.version.get(),
        kind: "advanced".to_owned(),
        action: String::new(),
        from_state: String::new(),
        to_state: order.state.clone(),
        round: order.round,
        actor: None,
        capacity: String::new(),
        input: Value::Null,
        facts: Vec::new(),
        late: false,
        at: order.updated_at,
    };
    for event in events {
        match event {
            DomainEvent::Advanced {
                action,
                from,
                to,
                round,
                by,
                input,
            } => {
                entry.action.clone_from(action);
                entry.from_state.clone_from(from);
                entry.to_state.clone_from(to);
                entry.round = *round;
                entry.actor = by.account;
                entry.capacity = by.capacity.to_string();
                entry.input = input.clone();
                continue;
            }
            DomainEvent::ClockStopped {
                clock,
                overdue: true,
            } if !is_of_part(clock) => entry.late = true,
            _ => {}
        }
        let fact = serde_json::to_value(event);
        entry
            .facts
            .push(fact.map_err(|error| StoreError::Corrupt(error.to_string()))?);
    }
    Ok(entry)
}

/// Makes the line of something that the platform does to an order by itself, outside the workflow.
pub(super) fn entry_by_system(
    after: &StoredOrder,
    kind: &str,
    events: &[DomainEvent],
) -> Result<Entry, StoreError> {
    let mut entry = entry_of(after, events)?;
    kind.clone_into(&mut entry.kind);
    entry.from_state.clone_from(&after.order.state);
    "system".clone_into(&mut entry.capacity);
    entry.input = Value::Object(Map::new());
    Ok(entry)
}

/// Makes the line of a side request that somebody made or took a step of; its texts stay with the request.
pub(super) fn entry_of_request(
    after: &StoredOrder,
    events: &[DomainEvent],
    by: (Option<AccountId>, String),
) -> Result<Entry, StoreError> {
    entry_outside(after, "request", events, by)
}

/// Makes the line of something that somebody does about an order beside the actions of its workflow.
pub(super) fn entry_outside(
    after: &StoredOrder,
    kind: &str,
    events: &[DomainEvent],
    (account, capacity): (Option<AccountId>, String),
) -> Result<Entry, StoreError> {
    let mut entry = entry_by_system(after, kind, events)?;
    entry.actor = account;
    entry.capacity = capacity;
    Ok(entry)
}

/// Records what the effects left behind: a draw, a vote, a publication.
pub(super) fn record(
    app: &App,
    writes: &mut Writes,
    step: &Step<'_>,
    cause: &Cause,
) -> Result<Option<PublicationId>, StoreError> {
    let Step {
        before,
        after,
        events,
        findings,
        ..
    } = step;
    let order = &after.order;
    let mut publication = None;
    for event in events {
        match event {
            DomainEvent::PanelDrawn { round, draw } => {
                let Some(pool) = findings.pool.clone() else {
                    continue;
                };
                let mut excluded = before.order.handlers.clone();
                excluded.extend(order.requester);
                excluded.extend(&pool.barred);
                let recorded = RecordedDraw {
                    order_id: order.id,
                    round: *round,
                    scope_code: pool.scope_code,
                    as_of: pool.as_of,
                    excluded,
                    draw: draw.clone(),
                    at: cause.now,
                };
                insert_draw(writes, &recorded)?;
            }
            DomainEvent::Voted {
                round,
                score,
                solved,
                voter,
            } => {
                let cast = crate::domain::review::Vote {
                    voter: *voter,
                    round: *round,
                    score: *score,
                    solved: *solved,
                    at: cause.now,
                };
                insert_vote(writes, order.id, &cast, comment_of(events));
            }
            DomainEvent::Published {
                title,
                summary,
                figures,
            } => {
                let id: PublicationId = app.ids.next();
                let approval = Approval {
                    title,
                    summary,
                    figures: *figures,
                    by: approver_of(events),
                    at: cause.now,
                };
                let row = Publication::of(order, &after.org_name, &approval, id);
                insert_publication(writes, &row);
                publication = Some(id);
            }
            _ => {}
        }
    }
    Ok(publication)
}

fn comment_of(events: &[DomainEvent]) -> Option<String> {
    events.iter().find_map(|event| match event {
        DomainEvent::Advanced { input, .. } => input
            .get("comment")
            .and_then(Value::as_str)
            .map(str::to_owned),
        _ => None,
    })
}

fn approver_of(events: &[DomainEvent]) -> Option<kernel::AccountId> {
    events.iter().find_map(|event| match event {
        DomainEvent::Advanced { by, .. } => by.account,
        _ => None,
    })
}
