//! Flags orders that missed a limit, and takes the steps that the system takes then.

use ::store::{StoreError, Tx, Writes};
use kernel::OrderId;
use serde_json::{Map, Value};

use super::App;
use super::advance::{AdvanceError, advance};
use super::cause::Cause;
use crate::domain::actor::Actor;
use crate::domain::workflow::{ActorRule, Guard, RefusalKind};
use crate::store::orders::{StoredOrder, find_order, save_order};
use crate::store::overdue::{insert_overdue, list_missed};
use crate::store::timeline::{Entry, insert_entries};

/// Flags a batch of orders; returns how many.
pub(crate) async fn sweep_overdue(app: &App) -> Result<u64, AdvanceError> {
    let cause = Cause::schedule(app.clock.now());
    let cause = &cause;
    let missed = list_missed(app.db.reader(), cause.now, app.config.sweep_batch).await?;
    let mut changed = 0;
    for id in missed {
        let done = app
            .db
            .write("order.flag_overdue", |tx| async move {
                flag(app, &tx, id, cause).await
            })
            .await;
        match done {
            Ok(true) => changed += 1,
            // somebody moved it meanwhile: the next turn looks again
            Ok(false) | Err(AdvanceError::Store(StoreError::Stale)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(changed)
}

async fn flag(app: &App, tx: &Tx, id: OrderId, cause: &Cause) -> Result<bool, AdvanceError> {
    let Some(before) = find_order(tx, id).await? else {
        return Ok(false);
    };
    let missed = before.order.due_at.is_some_and(|due_at| due_at < cause.now);
    if before.overdue || !missed {
        return Ok(false);
    }
    if conclude(app, tx, &before, cause).await? {
        return Ok(true);
    }
    let mut after = before.clone();
    after.overdue = true;
    after.order.version = before.order.version.next();
    after.order.updated_at = cause.now;
    save_order(tx, &before, &after).await?;
    let mut writes = Writes::default();
    insert_overdue(&mut writes, &after.order);
    insert_entries(&mut writes, &[entry(&after)])?;
    writes.run(tx).await?;
    Ok(true)
}

/// Takes the action that the system takes when a limit is missed, if the state has one.
async fn conclude(
    app: &App,
    tx: &Tx,
    before: &StoredOrder,
    cause: &Cause,
) -> Result<bool, AdvanceError> {
    let order = &before.order;
    let definition = app.workflows.find(&order.workflow, order.workflow_version);
    let action = definition.and_then(|definition| {
        definition.actions.iter().find(|action| {
            action.actors.contains(&ActorRule::System)
                && action.guards.contains(&Guard::PastDue)
                && action.from.contains(&order.state)
        })
    });
    let Some(action) = action else {
        return Ok(false);
    };
    let actor = Actor::System { on_behalf_of: None };
    let step = (action.name.as_str(), &Value::Null);
    match advance(app, tx, before, step, &actor, cause).await {
        Ok(()) => Ok(true),
        Err(AdvanceError::Refused(refusal)) if refusal.kind() != RefusalKind::Internal => Ok(false),
        Err(error) => Err(error),
    }
}

fn entry(after: &StoredOrder) -> Entry {
    let order = &after.order;
    Entry {
        order_id: order.id,
        seq: order.version.get(),
        kind: "overdue".to_owned(),
        action: String::new(),
        from_state: order.state.clone(),
        to_state: order.state.clone(),
        round: order.round,
        actor: None,
        capacity: "system".to_owned(),
        input: Value::Object(Map::new()),
        facts: Vec::new(),
        late: true,
        at: order.updated_at,
    }
}

#[cfg(test)]
mod tests;
