//! What volunteers do with an offered order: the events of volunteering drive the system's actions.

use ::store::{StoreError, Tx};
use kernel::{AccountId, OrderId};
use serde_json::Value;

use super::App;
use super::access::keeps_out;
use super::advance::{AdvanceError, advance};
use super::cause::Cause;
use crate::domain::actor::Actor;
use crate::domain::workflow::{ActorRule, Definition, Effect, RefusalKind};
use crate::events::outgoing;
use crate::store::orders::{StoredOrder, find_order};

/// Why a volunteer's step had no effect and never will.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DriveError {
    /// The order of the task does not exist here.
    #[error("unknown order {0}")]
    UnknownOrder(OrderId),
    /// The step failed.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Hands an order to the volunteer who claimed its task (接单); where the order can't take it any
/// more, the task is called back.
pub(crate) async fn accept_claim(
    app: &App,
    tx: &Tx,
    id: OrderId,
    volunteer: AccountId,
    cause: &Cause,
) -> Result<(), DriveError> {
    let before = load(tx, id).await?;
    if before.order.assignee == Some(volunteer) {
        return Ok(());
    }
    // volunteering may not have heard yet that the volunteer keeps out of this
    let barred = keeps_out(tx, volunteer, &before.order).await?;
    if barred || !drive(app, tx, &before, Effect::Assign, volunteer, cause).await? {
        tracing::info!(order.id = %id, state = before.order.state, barred, "claim has no effect");
        let recall = outgoing::recalled(app.ids.as_ref(), cause, &before.order);
        bus::emit(tx, vec![recall]).await?;
    }
    Ok(())
}

/// Takes an order from the volunteer who gave its task back (退回接单); where what they did is judged
/// already, nobody else is asked for it.
pub(crate) async fn accept_release(
    app: &App,
    tx: &Tx,
    id: OrderId,
    volunteer: AccountId,
    cause: &Cause,
) -> Result<(), DriveError> {
    let before = load(tx, id).await?;
    if before.order.assignee == Some(volunteer) {
        for effect in [Effect::Unassign, Effect::WithdrawTask] {
            if drive(app, tx, &before, effect, volunteer, cause).await? {
                return Ok(());
            }
        }
    }
    tracing::info!(order.id = %id, state = before.order.state, "release changes nothing");
    Ok(())
}

async fn load(tx: &Tx, id: OrderId) -> Result<StoredOrder, DriveError> {
    let found = find_order(tx, id).await?;
    found.ok_or(DriveError::UnknownOrder(id))
}

/// Takes the system's action with this effect; false when the order does not allow it now.
async fn drive(
    app: &App,
    tx: &Tx,
    before: &StoredOrder,
    effect: Effect,
    volunteer: AccountId,
    cause: &Cause,
) -> Result<bool, DriveError> {
    let order = &before.order;
    let definition = app.workflows.find(&order.workflow, order.workflow_version);
    let Some(action) = definition.and_then(|definition| system_action(definition, effect)) else {
        return Ok(false);
    };
    let actor = Actor::System {
        on_behalf_of: Some(volunteer),
    };
    let step = (action, &Value::Null);
    match advance(app, tx, before, step, &actor, cause).await {
        Ok(()) => Ok(true),
        Err(AdvanceError::Refused(refusal)) if refusal.kind() != RefusalKind::Internal => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Finds the action that only the system takes and that has this effect.
fn system_action(definition: &Definition, effect: Effect) -> Option<&str> {
    let found = definition.actions.iter().find(|action| {
        action.actors.contains(&ActorRule::System) && action.effects.contains(&effect)
    });
    found.map(|action| action.name.as_str())
}
