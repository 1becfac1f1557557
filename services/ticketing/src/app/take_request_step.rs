//! Takes a step of a side request (提交、撤回、同意、驳回、复核、销账), and does to the order what an approval does.

use ::store::{StoreError, Tx, Writes, idempotency};
use auth::Ctx;
use kernel::{AccountId, Named, OrgCode, RequestId};
use serde::Serialize;
use serde_json::{Value, json};

use super::App;
use super::access::{AccessError, Standing, actor_of, load_visible};
use super::advance::advance;
use super::calendars::calendar_of;
use super::cause::Cause;
use super::open_request::had;
use super::record::entry_of_request;
use super::request_error::RequestError;
use super::request_view::{RequestView, request_view};
use crate::domain::actor::Actor;
use crate::domain::calendar::Limit;
use crate::domain::event::DomainEvent;
use crate::domain::request::{self, Ask, RequestKind, RequestRule, RequestState, RequestStep};
use crate::domain::workflow::engine::capacity_among;
use crate::domain::workflow::{Definition, clocks};
use crate::events::outgoing;
use crate::store::orders::{StoredOrder, find_order, save_order};
use crate::store::overdue;
use crate::store::requests::{
    StoredRequest, find_request, insert_exclusions, list_of_order, save_request,
};
use crate::store::timeline::insert_entries;

/// Why clocks stand still while an order is suspended.
pub(super) const SUSPENDED: &str = "suspended";

/// A step of a request.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TakeRequestStep {
    /// The request.
    pub(crate) id: RequestId,
    /// The name of the step.
    pub(crate) step: String,
    /// What is said about it.
    pub(crate) note: Option<String>,
    /// The unit that a conference names.
    pub(crate) unit: Option<OrgCode>,
}

/// Takes a step and shows the request as it is afterwards.
pub(crate) async fn take_request_step(
    app: &App,
    ctx: &Ctx,
    command: TakeRequestStep,
) -> Result<RequestView, RequestError> {
    let step = RequestStep::from_name(&command.step);
    let step = step.ok_or_else(|| RequestError::UnknownStep(command.step.clone()))?;
    let key = ctx.idempotency(&command);
    let cause = Cause::request(ctx);
    let (key, command, cause) = (key.as_ref(), &command, &cause);
    app.db
        .write("request.step", |tx| async move {
            let effect = async {
                let stored = take(app, &tx, ctx, (command, step), cause).await?;
                Ok(request_view(app, ctx, &stored))
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

async fn take(
    app: &App,
    tx: &Tx,
    ctx: &Ctx,
    (command, step): (&TakeRequestStep, RequestStep),
    cause: &Cause,
) -> Result<StoredRequest, RequestError> {
    let id = command.id;
    let known = find_request(tx, id)
        .await?
        .ok_or(RequestError::NotFound(id))?;
    let (order, standing) = match load_visible(tx, ctx, known.request.order_id).await {
        Err(AccessError::NotFound(_)) => return Err(RequestError::NotFound(id)),
        visible => visible?,
    };
    if standing != Standing::Staff && known.request.applicant != ctx.principal.account {
        return Err(RequestError::NotFound(id));
    }
    if ctx
        .if_match
        .is_some_and(|seen| seen != known.request.version)
    {
        return Err(RequestError::VersionMoved);
    }
    let kind = known.request.ask.kind();
    let definition = definition_of(app, &order)?;
    let rule = definition
        .request(kind)
        .ok_or(request::RequestRefusal::NotNow)?;
    let actor = actor_of(&ctx.principal);
    let all = list_of_order(tx, order.order.id).await?;
    let others: Vec<_> = all.iter().filter(|one| one.request.id != id).collect();
    let standing = had(&order.order, kind, known.request.applicant, &others);
    let mut after = StoredRequest {
        request: request::judge(
            rule,
            &order.order,
            &known.request,
            step,
            &actor,
            (&standing, ctx.now),
        )?,
        conference: known.conference,
    };
    after.conference |= after.request.state == RequestState::Conference;
    let named = step == RequestStep::Approve && after.conference && rule.assign.is_some();
    if command.unit.is_some() && !named {
        return Err(RequestError::UnitNotNamed);
    }
    after.request.note = command.note.clone().or(after.request.note);
    after.request.named_unit.clone_from(&command.unit);
    after.request.version = known.request.version.next();
    save_request(tx, &known.request, &after).await?;
    let deciders = [&rule.apply, &rule.decide, &rule.upper];
    let mut capacities = deciders
        .iter()
        .filter_map(|rules| capacity_among(rules, &order.order, &actor));
    let by = (
        actor.account(),
        capacities
            .next()
            .map_or_else(String::new, |capacity| capacity.to_string()),
    );
    carry_out(
        app,
        tx,
        (definition, rule),
        order,
        &after,
        (step, by),
        cause,
    )
    .await?;
    Ok(after)
}

fn definition_of<'a>(app: &'a App, order: &StoredOrder) -> Result<&'a Definition, RequestError> {
    let order = &order.order;
    let definition = app.workflows.find(&order.workflow, order.workflow_version);
    definition
        .map(AsRef::as_ref)
        .ok_or(RequestError::DefinitionMissing(order.id))
}

/// Does to the order what a step of a request does, with a line of its timeline and an event.
pub(super) async fn carry_out(
    app: &App,
    tx: &Tx,
    (definition, rule): (&Definition, &RequestRule),
    order: StoredOrder,
    request: &StoredRequest,
    (step, by): (RequestStep, (Option<AccountId>, String)),
    cause: &Cause,
) -> Result<(), RequestError> {
    let approved = step == RequestStep::Approve;
    let mut before = order;
    if approved && let Some(action) = &rule.action {
        before = moved(app, tx, before, (action, &Value::Null), by.0, cause).await?;
        if let (Some(unit), Some(assign)) = (&request.request.named_unit, &rule.assign) {
            let input = json!({"unit": unit});
            before = moved(app, tx, before, (assign, &input), by.0, cause).await?;
        }
    }
    let mut after = before.clone();
    let mut events = Vec::new();
    let (order, now) = (&mut after.order, cause.now);
    let calendar = calendar_of(app, tx, order.org_code.district()).await?;
    match &request.request.ask {
        Ask::Extend { clock, work_days } if approved => {
            let by = Limit::WorkDays(*work_days);
            clocks::extend(definition, order, clock, by, &calendar, now, &mut events);
        }
        Ask::Suspend { .. } if approved => clocks::pause_all(order, SUSPENDED, now, &mut events),
        // one of several that last ends the last of them
        Ask::Suspend { .. } if step == RequestStep::End && !still(tx, request).await? => {
            clocks::resume_all(definition, order, SUSPENDED, &calendar, now, &mut events);
        }
        Ask::Exclude { metrics, .. } if approved => {
            insert_exclusions(tx, &request.request, metrics).await?;
        }
        _ => {}
    }
    order.version = before.order.version.next();
    order.updated_at = now;
    after.overdue = if events.is_empty() {
        before.overdue
    } else {
        after.order.shows_missed()
    };
    let changed = Changed {
        definition,
        before: &before,
        after: &after,
        events,
        by,
    };
    keep(app, tx, Writes::default(), changed, request, cause).await
}

/// Says whether another suspension of the same order lasts.
async fn still(tx: &Tx, ended: &StoredRequest) -> Result<bool, StoreError> {
    let all = list_of_order(tx, ended.request.order_id).await?;
    let mut others = all.iter().filter(|one| one.request.id != ended.request.id);
    Ok(others.any(lasts))
}

/// Takes an action of the system on the order, for the one who decided.
async fn moved(
    app: &App,
    tx: &Tx,
    before: StoredOrder,
    action: (&str, &Value),
    decider: Option<AccountId>,
    cause: &Cause,
) -> Result<StoredOrder, RequestError> {
    let actor = Actor::System {
        on_behalf_of: decider,
    };
    Box::pin(advance(app, tx, &before, action, &actor, cause)).await?;
    let id = before.order.id;
    let after = find_order(tx, id).await?;
    after.ok_or(RequestError::Access(AccessError::NotFound(id)))
}

/// An order that a request has changed, and who changed it.
pub(super) struct Changed<'a> {
    /// The definition of its workflow.
    pub(super) definition: &'a Definition,
    /// The order before.
    pub(super) before: &'a StoredOrder,
    /// The order after.
    pub(super) after: &'a StoredOrder,
    /// What happened to its clocks.
    pub(super) events: Vec<DomainEvent>,
    /// Who, and in which capacity.
    pub(super) by: (Option<AccountId>, String),
}

/// Stores what a request has changed: the order, a line of its timeline, an event.
pub(super) async fn keep(
    app: &App,
    tx: &Tx,
    mut writes: Writes,
    changed: Changed<'_>,
    stored: &StoredRequest,
    cause: &Cause,
) -> Result<(), RequestError> {
    let Changed {
        definition,
        before,
        after,
        mut events,
        by,
    } = changed;
    let request = &stored.request;
    events.push(DomainEvent::Requested {
        request: request.id,
        request_kind: request.ask.kind(),
        state: request.state,
        number: request.number,
    });
    save_order(tx, before, after).await?;
    overdue::follow(tx, &mut writes, before, after).await?;
    insert_entries(&mut writes, &[entry_of_request(after, &events, by)?])?;
    let (ids, order) = (app.ids.as_ref(), &after.order);
    let mut told = vec![outgoing::petitioned(ids, cause, definition, order, request)];
    if before.order.due_at != order.due_at {
        told.push(outgoing::rescheduled(ids, cause, definition, order));
    }
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await.map_err(StoreError::into)
}

/// Tells whether a kind of request has a list of its own that the platform looks after.
pub(super) fn lasts(request: &StoredRequest) -> bool {
    request.request.ask.kind() == RequestKind::Suspend
        && request.request.state == RequestState::Approved
}
