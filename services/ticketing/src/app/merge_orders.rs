//! Makes an order part of another one (并案), and takes the two apart again (拆案).

use ::store::{StoreError, Tx, Writes, idempotency};
use auth::Ctx;
use kernel::{AccountId, OrderId};
use serde::Serialize;
use serde_json::Value;

use super::App;
use super::access::{AccessError, actor_of, load_visible};
use super::advance::{Step, decide, take};
use super::calendars::calendar_of;
use super::cause::Cause;
use super::merge_error::MergeError;
use super::record::entry_outside;
use super::view::{OrderView, order_view};
use crate::domain::actor::Actor;
use crate::domain::event::DomainEvent;
use crate::domain::merge::{self, Merge, MergeRefusal};
use crate::domain::request::{RequestKind, RequestState};
use crate::domain::workflow::{Definition, clocks};
use crate::events::outgoing;
use crate::store::followers::copy_followers;
use crate::store::merges::{
    StoredMerge, carry_photos, delete_merge, find_merge, has_moved_on, insert_merge, return_photos,
};
use crate::store::orders::{StoredOrder, find_order, save_order};
use crate::store::requests::list_of_order;
use crate::store::timeline::insert_entries;
use crate::store::{overdue, scopes};

/// A merge; the text has been checked at the edge.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MergeOrder {
    /// The order that becomes part of another one.
    pub(crate) id: OrderId,
    /// The one that goes on.
    pub(crate) into: OrderId,
    /// Why.
    pub(crate) reason: String,
}

/// The end of a merge.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TakeOrdersApart {
    /// The order that is part of another one.
    pub(crate) id: OrderId,
    /// Why.
    pub(crate) reason: String,
}

/// Makes an order part of another one and shows the one that goes on.
pub(crate) async fn merge_order(
    app: &App,
    ctx: &Ctx,
    command: MergeOrder,
) -> Result<OrderView, MergeError> {
    let key = ctx.idempotency(&command);
    let cause = Cause::request(ctx);
    let (key, command, cause) = (key.as_ref(), &command, &cause);
    app.db
        .write("order.merge", |tx| async move {
            let effect = async {
                let survivor = unite(app, &tx, ctx, command, cause).await?;
                Ok(order_view(app, ctx, &survivor))
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

async fn unite(
    app: &App,
    tx: &Tx,
    ctx: &Ctx,
    command: &MergeOrder,
    cause: &Cause,
) -> Result<StoredOrder, MergeError> {
    let (merged, _) = load_visible(tx, ctx, command.id).await?;
    let survivor = match load_visible(tx, ctx, command.into).await {
        Ok((survivor, _)) => survivor,
        Err(AccessError::NotFound(id)) => return Err(MergeError::UnknownSurvivor(id)),
        Err(error) => return Err(error.into()),
    };
    if ctx
        .if_match
        .is_some_and(|seen| seen != merged.order.version)
    {
        return Err(MergeError::VersionMoved);
    }
    let (merged_by, survives_by) = (definition_of(app, &merged)?, definition_of(app, &survivor)?);
    let actor = actor_of(&ctx.principal);
    let capacity = merge::check(
        (merged_by, &merged.order),
        (survives_by, &survivor.order),
        &actor,
    )?;
    check_requests(tx, merged.order.id).await?;
    let rule = merged_by.merge.as_ref().ok_or(MergeRefusal::NotNow)?;
    let by = (ctx.principal.account, capacity.to_string());

    let (order, joint_requesters, events) = merge::absorb(&survivor.order, &merged.order, ctx.now);
    let after = StoredOrder {
        order,
        ..survivor.clone()
    };
    let after = keep(tx, &survivor, after, &events, by.clone()).await?;

    let what = Merge {
        state: merged.order.state.clone(),
        clocks: merged.order.clocks.clone(),
        joint_requesters,
    };
    let system = Actor::System {
        on_behalf_of: Some(ctx.principal.account),
    };
    let action = (rule.action.as_str(), &Value::Null);
    let mut step: Step<'_> = decide(app, tx, &merged, action, &system, ctx.now).await?;
    merge::point(&mut step.after.order, &after.order, &mut step.events);
    take(app, tx, &step, cause).await?;
    carry_photos(tx, merged.order.id, after.order.id).await?;
    // whoever followed the one hears how the matter goes on, even if both are taken apart again
    copy_followers(tx, merged.order.id, after.order.id, ctx.now).await?;
    let mut writes = Writes::default();
    let stored = StoredMerge {
        order_id: merged.order.id,
        survivor_id: after.order.id,
        survivor_seq: after.order.version.get(),
        merge: what,
        reason: command.reason.clone(),
        merged_by: ctx.principal.account,
        at: ctx.now,
    };
    insert_merge(&mut writes, &stored)?;
    let two = (&after.order, &step.after.order);
    let told = outgoing::merged(app.ids.as_ref(), cause, survives_by, two, false);
    bus::emit_with(&mut writes, &[told]);
    writes.run(tx).await?;
    Ok(after)
}

/// Nothing about an order is waited for once it is part of another one.
async fn check_requests(tx: &Tx, order: OrderId) -> Result<(), MergeError> {
    let waits = |state: RequestState, kind: RequestKind| {
        match state {
            // what somebody writes for themselves nobody waits for
            RequestState::Draft => false,
            RequestState::Approved => kind == RequestKind::Suspend,
            state => state.is_open(),
        }
    };
    for stored in list_of_order(tx, order).await? {
        if waits(stored.request.state, stored.request.ask.kind()) {
            return Err(MergeRefusal::RequestOpen.into());
        }
    }
    Ok(())
}

/// Takes two orders apart and shows the one that was part of the other.
pub(crate) async fn take_orders_apart(
    app: &App,
    ctx: &Ctx,
    command: TakeOrdersApart,
) -> Result<OrderView, MergeError> {
    let key = ctx.idempotency(&command);
    let cause = Cause::request(ctx);
    let (key, command, cause) = (key.as_ref(), &command, &cause);
    app.db
        .write("order.take_apart", |tx| async move {
            let effect = async {
                let restored = part(app, &tx, ctx, command, cause).await?;
                Ok(order_view(app, ctx, &restored))
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

async fn part(
    app: &App,
    tx: &Tx,
    ctx: &Ctx,
    command: &TakeOrdersApart,
    cause: &Cause,
) -> Result<StoredOrder, MergeError> {
    let (merged, _) = load_visible(tx, ctx, command.id).await?;
    if ctx
        .if_match
        .is_some_and(|seen| seen != merged.order.version)
    {
        return Err(MergeError::VersionMoved);
    }
    let known = find_merge(tx, command.id).await?;
    let known = known.ok_or(MergeRefusal::NotMerged)?;
    let survivor = find_order(tx, known.survivor_id).await?;
    let survivor = survivor.ok_or(AccessError::NotFound(known.survivor_id))?;
    let definition = definition_of(app, &merged)?;
    let rule = definition.merge.as_ref().ok_or(MergeRefusal::NotMerged)?;
    let actor = actor_of(&ctx.principal);
    let (mut restored, left, capacity, mut events) = merge::take_apart(
        rule,
        &merged.order,
        &survivor.order,
        known.merge,
        &actor,
        ctx.now,
    )?;
    if has_moved_on(tx, survivor.order.id, known.survivor_seq).await? {
        return Err(MergeRefusal::MovedOn.into());
    }
    // its limits are those of the calendar as it is now: no correction followed them while they were put away
    let calendar = calendar_of(app, tx, restored.org_code.district()).await?;
    let _moved = clocks::recompute(definition, &mut restored, &calendar, ctx.now, &mut events);
    let by = (ctx.principal.account, capacity.to_string());
    let after = StoredOrder {
        order: restored,
        ..merged.clone()
    };
    let restored = keep(tx, &merged, after, &events, by.clone()).await?;
    let after = StoredOrder {
        order: left,
        ..survivor.clone()
    };
    let events = [DomainEvent::TakenApart { other: command.id }];
    let left = keep(tx, &survivor, after, &events, by).await?;
    return_photos(tx, left.order.id, command.id).await?;
    delete_merge(tx, command.id).await?;
    let survives_by = definition_of(app, &survivor)?;
    let two = (&left.order, &restored.order);
    let ids = app.ids.as_ref();
    let told = [
        outgoing::merged(ids, cause, survives_by, two, true),
        // its limits run again
        outgoing::rescheduled(ids, cause, definition, &restored.order),
    ];
    let mut writes = Writes::default();
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await?;
    Ok(restored)
}

pub(super) fn definition_of<'a>(
    app: &'a App,
    stored: &StoredOrder,
) -> Result<&'a Definition, MergeError> {
    let order = &stored.order;
    let definition = app.workflows.find(&order.workflow, order.workflow_version);
    definition
        .map(AsRef::as_ref)
        .ok_or(MergeError::DefinitionMissing(order.id))
}

/// Stores an order that a merge has changed, with a line of its timeline.
pub(super) async fn keep(
    tx: &Tx,
    before: &StoredOrder,
    mut after: StoredOrder,
    events: &[DomainEvent],
    (account, capacity): (AccountId, String),
) -> Result<StoredOrder, StoreError> {
    after.order.version = before.order.version.next();
    after.overdue = after.order.shows_missed();
    save_order(tx, before, &after).await?;
    let mut writes = Writes::default();
    scopes::save_scopes(tx, &mut writes, &before.order, &after.order).await?;
    overdue::follow(tx, &mut writes, before, &after).await?;
    let kind = match events.first() {
        Some(DomainEvent::SplitOff { .. }) => "split",
        _ => "merge",
    };
    let mut entry = entry_outside(&after, kind, events, (Some(account), capacity))?;
    entry.from_state.clone_from(&before.order.state);
    insert_entries(&mut writes, &[entry])?;
    writes.run(tx).await?;
    Ok(after)
}

#[cfg(test)]
mod tests;
