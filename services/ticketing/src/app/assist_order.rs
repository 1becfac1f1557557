//! Asks other units for their part of an order, and takes the steps of such parts (协办).

use ::store::{Tx, Writes, idempotency};
use auth::Ctx;
use kernel::{Named, OrderId, OrgCode};
use serde::Serialize;

use super::App;
use super::access::{actor_of, load_visible};
use super::calendars::calendar_of;
use super::cause::Cause;
use super::part_view::{OrderPartView, PartError, part_view};
use super::record::entry_outside;
use crate::domain::assist::{self, AskUnit, AssistRefusal, Assisted, PartStep};
use crate::domain::order::Unit;
use crate::domain::workflow::Definition;
use crate::events::outgoing;
use crate::store::orders::{StoredOrder, save_order};
use crate::store::orgs::find_org;
use crate::store::timeline::insert_entries;
use crate::store::{overdue, parts};

/// A unit to be asked for its part; the text has been checked at the edge.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AskForPart {
    /// The order.
    pub(crate) order_id: OrderId,
    /// The unit.
    pub(crate) unit: OrgCode,
    /// What it is asked for.
    pub(crate) asked: String,
}

/// A step of a part.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TakePartStep {
    /// The order.
    pub(crate) order_id: OrderId,
    /// The number of the part.
    pub(crate) number: u32,
    /// The name of the step.
    pub(crate) step: String,
    /// The result, or the reason.
    pub(crate) text: Option<String>,
}

/// Asks a unit for its part of an order.
pub(crate) async fn ask_for_part(
    app: &App,
    ctx: &Ctx,
    command: AskForPart,
) -> Result<OrderPartView, PartError> {
    let key = ctx.idempotency(&command);
    let cause = Cause::request(ctx);
    let (key, command, cause) = (key.as_ref(), &command, &cause);
    app.db
        .write("part.ask", |tx| async move {
            let effect = async {
                let (before, definition) = load(app, &tx, ctx, command.order_id).await?;
                let found = find_org(&*tx, &command.unit).await?;
                let org = found.ok_or_else(|| PartError::UnknownUnit(command.unit.clone()))?;
                if before.order.concerns(&org.path) {
                    return Err(PartError::Concerned(org.code));
                }
                let wanted = AskUnit {
                    unit: Unit {
                        code: org.code,
                        path: org.path,
                    },
                    name: org.name,
                    asked: command.asked.clone(),
                };
                let order = &before.order;
                let calendar = calendar_of(app, &*tx, order.org_code.district()).await?;
                let actor = actor_of(&ctx.principal);
                let asked = assist::ask(definition, order, &actor, wanted, &calendar, ctx.now)?;
                keep(app, &tx, ctx, (&before, definition), asked, cause).await
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

/// Takes a step of a part and shows it as it is afterwards.
pub(crate) async fn take_part_step(
    app: &App,
    ctx: &Ctx,
    command: TakePartStep,
) -> Result<OrderPartView, PartError> {
    let step = PartStep::from_name(&command.step);
    let step = step.ok_or_else(|| PartError::UnknownStep(command.step.clone()))?;
    let key = ctx.idempotency(&command);
    let cause = Cause::request(ctx);
    let (key, command, cause) = (key.as_ref(), &command, &cause);
    app.db
        .write("part.step", |tx| async move {
            let effect = async {
                let (before, definition) = load(app, &tx, ctx, command.order_id).await?;
                let actor = actor_of(&ctx.principal);
                let taken = (command.number, step);
                let text = command.text.clone();
                let order = &before.order;
                let moved = assist::take(definition, order, &actor, taken, text, ctx.now)?;
                keep(app, &tx, ctx, (&before, definition), moved, cause).await
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

/// Reads an order that the caller may see, with its definition.
async fn load<'a>(
    app: &'a App,
    tx: &Tx,
    ctx: &Ctx,
    id: OrderId,
) -> Result<(StoredOrder, &'a Definition), PartError> {
    let (before, _) = load_visible(tx, ctx, id).await?;
    let order = &before.order;
    if ctx.if_match.is_some_and(|seen| seen != order.version) {
        return Err(PartError::VersionMoved);
    }
    let definition = app
        .workflows
        .find(&order.workflow, order.workflow_version)
        .ok_or(PartError::DefinitionMissing(id))?;
    Ok((before, definition))
}

/// Stores what happened to a part: the order, a line of its timeline, where the part is waited for, an event.
async fn keep(
    app: &App,
    tx: &Tx,
    ctx: &Ctx,
    (before, definition): (&StoredOrder, &Definition),
    assisted: Assisted,
    cause: &Cause,
) -> Result<OrderPartView, PartError> {
    let mut after = before.clone();
    after.order = assisted.order;
    after.order.version = before.order.version.next();
    after.overdue = after.order.shows_missed();
    save_order(tx, before, &after).await?;
    let mut writes = Writes::default();
    overdue::follow(tx, &mut writes, before, &after).await?;
    parts::follow(tx, &mut writes, &before.order, &after.order).await?;
    let by = (Some(ctx.principal.account), assisted.capacity.to_string());
    let entry = entry_outside(&after, "part", &assisted.events, by)?;
    insert_entries(&mut writes, &[entry])?;
    let ids = app.ids.as_ref();
    let told = outgoing::assisted(ids, cause, definition, &after.order, &assisted.events);
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await?;
    let mut all = after.order.parts.iter();
    let part = all
        .find(|part| part.number == assisted.number)
        .ok_or(AssistRefusal::NoSuchPart)?;
    let mut view = part_view(ctx, &after.order, part);
    // who has just handed it back doesn't see the order any more, and may read what they wrote
    view.answer.clone_from(&part.answer);
    Ok(view)
}

#[cfg(test)]
mod tests;
