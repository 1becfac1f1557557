//! Takes one step with everything that belongs to it.

use ::store::{StoreError, Tx, Writes};
use kernel::{OrderId, OrgCode, Timestamp};
use problem::{Category, Fact, FieldError, Kind, Message};
use sea_orm::ConnectionTrait;
use serde_json::Value;

use super::App;
use super::calendars::calendar_of;
use super::cause::Cause;
use super::lookup::{Findings, look_up};
use super::override_workflow::follow_overrides;
use super::record::{entry_of, record};
use crate::domain::actor::Actor;
use crate::domain::assist;
use crate::domain::event::DomainEvent;
use crate::domain::order::{Order, Unit};
use crate::domain::workflow::{self, Attempt, Definition, Refusal, RefusalKind};
use crate::events::outgoing;
use crate::store::orders::{StoredOrder, save_order};
use crate::store::timeline::insert_entries;
use crate::store::{orgs, overdue, parts, scopes};

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

/// A step that is decided and not stored yet.
pub(crate) struct Step<'a> {
    definition: &'a Definition,
    pub(super) before: &'a StoredOrder,
    /// The order as it is afterwards.
    pub(crate) after: StoredOrder,
    pub(super) events: Vec<DomainEvent>,
    pub(super) findings: Findings,
}

/// Decides what a step does to an order as it was read; nothing is written.
pub(crate) async fn decide<'a>(
    app: &'a App,
    db: &impl ConnectionTrait,
    before: &'a StoredOrder,
    (action, input): (&str, &Value),
    actor: &Actor,
    now: Timestamp,
) -> Result<Step<'a>, AdvanceError> {
    let order = &before.order;
    let find = || app.workflows.find(&order.workflow, order.workflow_version);
    if find().is_none() {
        // another process may have published it a moment ago
        follow_overrides(app).await?;
    }
    let definition = find().ok_or(AdvanceError::DefinitionMissing(order.id))?;
    let mut known = Findings::of(calendar_of(app, db, order.org_code.district()).await?);
    known.facts.verification = app.categories.verification(order.category.as_deref());
    let findings = match definition.action(action) {
        Some(action) => {
            let review = definition.review.as_ref();
            let action = (action, review.is_some_and(|rule| rule.by_household));
            look_up(db, order, action, input, actor.account(), known).await?
        }
        None => known,
    };
    let attempt = Attempt {
        action,
        input,
        facts: &findings.facts,
    };
    let (mut order, mut events) = workflow::step(definition, order, &attempt, actor, now)?;
    if assist::asks_suggested(definition, &before.order, &order) {
        let units = suggested_units(db, &order).await?;
        let calendar = &findings.facts.calendar;
        assist::ask_suggested(definition, &mut order, units, calendar, now, &mut events);
    }
    order.version = before.order.version.next();
    let after = settle(db, before, order, &findings).await?;
    Ok(Step {
        definition,
        before,
        after,
        events,
        findings,
    })
}

/// Stores a step: order, timeline, places, effects and events.
///
/// # Errors
/// [`StoreError::Stale`] when the order is no longer the one that the step was decided on.
pub(crate) async fn take(
    app: &App,
    tx: &Tx,
    step: &Step<'_>,
    cause: &Cause,
) -> Result<(), StoreError> {
    let (before, after) = (step.before, &step.after);
    // by itself: whether the version still holds decides about all the rest
    save_order(tx, before, after).await?;
    let mut writes = Writes::default();
    insert_entries(&mut writes, &[entry_of(after, &step.events)?])?;
    scopes::save_scopes(tx, &mut writes, &before.order, &after.order).await?;
    overdue::follow(tx, &mut writes, before, after).await?;
    parts::follow(tx, &mut writes, &before.order, &after.order).await?;
    let publication = record(app, &mut writes, step, cause)?;
    let (ids, order) = (app.ids.as_ref(), &after.order);
    let mut told = outgoing::advanced(
        ids,
        cause,
        step.definition,
        order,
        &step.events,
        publication,
    );
    // parts that ended with the step, or were asked for with it
    told.extend(outgoing::assisted(
        ids,
        cause,
        step.definition,
        order,
        &step.events,
    ));
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await
}

/// Decides and stores a step in one transaction.
pub(crate) async fn advance(
    app: &App,
    tx: &Tx,
    before: &StoredOrder,
    action: (&str, &Value),
    actor: &Actor,
    cause: &Cause,
) -> Result<(), AdvanceError> {
    let step = decide(app, tx, before, action, actor, cause.now).await?;
    Ok(take(app, tx, &step, cause).await?)
}

/// Looks up the units that a rule names to help, as they are now; the one that the order is about is none of them.
async fn suggested_units(
    db: &impl ConnectionTrait,
    order: &Order,
) -> Result<Vec<Unit>, StoreError> {
    let suggested = order.suggested.iter();
    let open = suggested.flat_map(|suggested| suggested.open(order));
    let codes: Vec<OrgCode> = open.map(|(code, _)| code.clone()).collect();
    let found = orgs::list_orgs(db, &codes).await?.into_iter();
    let mut units: Vec<Unit> = found
        .filter(|org| !order.concerns(&org.path))
        .map(|org| Unit {
            code: org.code,
            path: org.path,
        })
        .collect();
    // in the order of the rule
    units.sort_by_key(|unit| codes.iter().position(|code| *code == unit.code));
    Ok(units)
}

/// Brings what is stored beside the order up to date with the step.
async fn settle(
    db: &impl ConnectionTrait,
    before: &StoredOrder,
    order: Order,
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
        let org = orgs::find_org(db, &order.org_code).await?;
        org.map_or_else(|| order.org_code.to_string(), |org| org.name)
    };
    Ok(StoredOrder {
        overdue: order.shows_missed() || (before.overdue && order.due_at == before.order.due_at),
        order,
        org_name,
        unit_name,
        category_reason: before.category_reason.clone(),
    })
}
