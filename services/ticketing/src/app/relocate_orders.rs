//! Orders follow an organisation that was moved, in batches: however many there are, no transaction is
//! long.

use ::store::{StoreError, Tx, Writes};
use kernel::{OrderId, OrgPath, Timestamp};

use super::App;
use crate::store::orders::{StoredOrder, find_order, save_order};
use crate::store::relocations::{
    Relocation, delete_relocation, find_oldest, list_following, save_progress,
};
use crate::store::scopes::save_scopes;
use crate::store::{overdue, parts};

/// Orders of one transaction.
const BATCH: u64 = 50;
/// Transactions of one turn.
const BATCHES: usize = 40;

/// Takes orders along; returns how many.
pub(crate) async fn relocate_orders(app: &App) -> Result<u64, StoreError> {
    let mut changed = 0;
    for _ in 0..BATCHES {
        let Some(moved) = find_oldest(app.db.reader()).await? else {
            break;
        };
        let moved = &moved;
        let now = app.clock.now();
        let batch = app
            .db
            .write("orders.relocate", |tx| async move {
                follow(&tx, moved, now).await
            })
            .await;
        match batch {
            Ok(count) => changed += count,
            // somebody worked on one of them meanwhile: the next turn looks again
            Err(StoreError::Stale) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(changed)
}

async fn follow(tx: &Tx, moved: &Relocation, now: Timestamp) -> Result<u64, StoreError> {
    let orders = list_following(tx, moved, BATCH).await?;
    let Some(last) = orders.last() else {
        delete_relocation(tx, moved).await?;
        return Ok(0);
    };
    let mut changed = 0;
    for id in &orders {
        changed += u64::from(relocate(tx, *id, moved, now).await?);
    }
    save_progress(tx, moved, *last).await?;
    Ok(changed)
}

/// Gives an order its place and its unit's in the tree as it is now.
async fn relocate(
    tx: &Tx,
    id: OrderId,
    moved: &Relocation,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(before) = find_order(tx, id).await? else {
        return Ok(false);
    };
    let rebased = |path: &OrgPath| path.rebased(&moved.from, &moved.to);
    let place = rebased(&before.order.org_path);
    let unit = before.order.unit_path.as_ref().and_then(rebased);
    let mut after = before.clone();
    for part in &mut after.order.parts {
        if let Some(path) = rebased(&part.path) {
            part.path = path;
        }
    }
    if place.is_none() && unit.is_none() && after.order.parts == before.order.parts {
        return Ok(false);
    }
    if let Some(place) = place {
        after.order.org_path = place;
    }
    if unit.is_some() {
        after.order.unit_path = unit;
    }
    // its version stays: what the order itself says has not changed
    after.order.updated_at = now;
    save(tx, &before, &after).await?;
    Ok(true)
}

async fn save(tx: &Tx, before: &StoredOrder, after: &StoredOrder) -> Result<(), StoreError> {
    save_order(tx, before, after).await?;
    let mut writes = Writes::default();
    save_scopes(tx, &mut writes, &before.order, &after.order).await?;
    overdue::follow(tx, &mut writes, before, after).await?;
    parts::follow(tx, &mut writes, &before.order, &after.order).await?;
    writes.run(tx).await
}

#[cfg(test)]
mod tests;
