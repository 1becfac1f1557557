//! Takes one step with everything that belongs to it, in the caller's transaction.

use ::store::{StoreError, Tx, Writes};
use kernel::{IdSourceExt, OrderId, PublicationId};
use problem::{Category, Fact, FieldError, Kind, Message};
use serde_json::Value;

use super::App;
use super::cause::Cause;
use super::lookup::{Findings, look_up};
use crate::domain::actor::Actor;
use crate::domain::event::DomainEvent;
use crate::domain::workflow::{self, Attempt, Refusal, RefusalKind};
use crate::events::outgoing;
use crate::store::draws::{RecordedDraw, insert_draw, insert_vote};
use crate::store::orders::{StoredOrder, save_order};
use crate::store::publications::{Approval, Publication, insert_publication};
use crate::store::timeline::{Entry, insert_entries};
use crate::store::{orgs, overdue, scopes};

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AdvanceError {
    /// The engine refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The order runs by a definition that this installation lacks.
    #[error("no definition for order {0}")]
    DefinitionMissing(OrderId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for AdvanceError {
    fn fact(&self) -> Fact {
        match self {
            Self::Refused(refusal) => refused(refusal),
            Self::DefinitionMissing(_) => Fact::internal(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Says what a refusal of the engine is to the caller.
fn refused(refusal: &Refusal) -> Fact {
    let kind = match refusal.kind() {
        RefusalKind::NotFound => Kind::NotFound,
        RefusalKind::Forbidden => Kind::Forbidden,
        RefusalKind::Conflict => Kind::Conflict,
        RefusalKind::Invalid => Kind::Invalid,
        RefusalKind::Internal => Kind::Internal,
    };
    let detail = refusal.detail();
    let problems = refusal.input_problems().into_iter();
    let fields = problems.map(|problem| {
        let reason = Message::new(problem.reason.zh, problem.reason.en);
        FieldError::new(problem.pointer, reason)
    });
    Fact::new(kind, refusal.slug(), detail.zh, detail.en).with_fields(fields.collect())
}

/// Takes a step: engine, order, timeline, places, effects and events, all in `tx`.
pub(crate) async fn advance(
    app: &App,
    tx: &Tx,
    before: &StoredOrder,
    (action, input): (&str, &Value),
    actor: &Actor,
    cause: &Cause,
) -> Result<StoredOrder, AdvanceError> {
    let order = &before.order;
    let definition = app
        .workflows
        .find(&order.workflow, order.workflow_version)
        .ok_or(AdvanceError::DefinitionMissing(order.id))?;
    let findings = match definition.action(action) {
        Some(action) => look_up(tx, order, action, input, actor.account()).await?,
        None => Findings::default(),
    };
    let attempt = Attempt {
        action,
        input,
        facts: &findings.facts,
    };
    let (mut order, events) = workflow::step(definition, order, &attempt, actor, cause.now)?;
    order.version = before.order.version.next();
    let after = settle(tx, before, order, &findings).await?;

    // by itself: whether the version still holds decides about all the rest
    save_order(tx, before, &after).await?;
    let mut writes = Writes::default();
    insert_entries(&mut writes, &[entry_of(&after, &events)?])?;
    scopes::save_scopes(tx, &mut writes, &before.order, &after.order).await?;
    if before.overdue && !after.overdue {
        overdue::remove_overdue(&mut writes, after.order.id);
    }
    let publication = record(app, &mut writes, before, &after, &events, &findings, cause)?;
    let ids = app.ids.as_ref();
    let envelopes = outgoing::advanced(ids, cause, definition, &after.order, &events, publication);
    bus::emit_with(&mut writes, envelopes);
    writes.run(tx).await?;
    Ok(after)
}

/// Brings what is stored beside the order up to date with the step.
async fn settle(
    tx: &Tx,
    before: &StoredOrder,
    order: crate::domain::order::Order,
    findings: &Findings,
) -> Result<StoredOrder, StoreError> {
    let unit_name = if order.unit_path == before.order.unit_path {
        before.unit_name.clone()
    } else if order.unit_path.is_some() {
        findings.unit_name.clone()
    } else {
        None
    };
    let org_name = if order.org_code == before.order.org_code {
        before.org_name.clone()
    } else {
        let org = orgs::find_org(tx, &order.org_code).await?;
        org.map_or_else(|| order.org_code.to_string(), |org| org.name)
    };
    Ok(StoredOrder {
        overdue: before.overdue && order.due_at == before.order.due_at,
        order,
        org_name,
        unit_name,
        category_reason: before.category_reason.clone(),
    })
}

/// Makes the line of the timeline.
fn entry_of(after: &StoredOrder, events: &[DomainEvent]) -> Result<Entry, StoreError> {
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
            DomainEvent::ClockStopped { overdue: true, .. } => entry.late = true,
            _ => {}
        }
        let fact = serde_json::to_value(event);
        entry
            .facts
            .push(fact.map_err(|error| StoreError::Corrupt(error.to_string()))?);
    }
    Ok(entry)
}

/// Records what the effects left behind: a draw, a vote, a publication.
fn record(
    app: &App,
    writes: &mut Writes,
    before: &StoredOrder,
    after: &StoredOrder,
    events: &[DomainEvent],
    findings: &Findings,
    cause: &Cause,
) -> Result<Option<PublicationId>, StoreError> {
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
