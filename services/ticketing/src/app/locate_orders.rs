//! Finds the grids of orders with a point on the map (网格), in the background: opening one waits for nothing.

use ::store::{StoreError, Tx};
use kernel::{OrgCode, OrgPath};
use sea_orm::ConnectionTrait;

use super::App;
use crate::store::grids::{list_around, save_found, take_due};
use crate::store::neighbours::{Neighbour, list_given};
use crate::store::orgs::list_orgs;

/// Orders of one transaction.
const BATCH: u64 = 100;
/// Transactions of one turn.
const BATCHES: usize = 20;

/// Finds the grids of orders that were opened, or around which a grid was drawn; returns how many orders were looked at.
pub(crate) async fn locate_orders(app: &App) -> Result<u64, StoreError> {
    let mut looked_at = 0;
    for _ in 0..BATCHES {
        let batch = app
            .db
            .write("orders.locate", |tx| async move { locate(&tx).await })
            .await?;
        looked_at += batch;
        if batch < BATCH {
            break;
        }
    }
    Ok(looked_at)
}

async fn locate(tx: &Tx) -> Result<u64, StoreError> {
    // before the shapes are read: who draws a grid meanwhile marks the orders again
    let due = take_due(tx, BATCH).await?;
    let mut found = Vec::with_capacity(due.len());
    for order in list_given(tx, &due).await? {
        found.push((order.id, grid_of(tx, &order).await?));
    }
    save_found(tx, &found).await?;
    Ok(u64::try_from(due.len()).unwrap_or_default())
}

/// Finds the smallest grid in which an order's point lies, of those around its place: a point elsewhere says nothing about
/// who looks after the matter.
async fn grid_of(
    db: &impl ConnectionTrait,
    order: &Neighbour,
) -> Result<Option<OrgCode>, StoreError> {
    let Some(point) = order.location() else {
        return Ok(None);
    };
    let around = list_around(db, order.org_code.district(), point).await?;
    let known = list_orgs(db, &around).await?;
    let fits = |code: &&OrgCode| {
        let grid = known.iter().find(|grid| grid.code == **code);
        grid.is_some_and(|grid| is_around(&order.org_path, &grid.path))
    };
    Ok(around.iter().find(fits).cloned())
}

/// Tells whether a grid lies below an order's place, or beside it below the same node.
fn is_around(place: &OrgPath, grid: &OrgPath) -> bool {
    let beside = grid.parent().is_some_and(|parent| parent.contains(place));
    beside || place.contains(grid)
}
