//! Lets the figures follow what happened to orders (统计滚动汇总), in batches, one process at a time.
//!
//! What an order adds is worked out anew from its whole log and takes the place of what it added before. So it makes no
//! difference in which order, how often or how late changes are looked at.

use ::store::{StoreError, Tx, Writes};
use kernel::OrderId;

use super::App;
use super::derive_figures::changes_of;
use crate::store::figures::{Due, list_due, remove_due, save_cells, save_kept, take_turn};

/// Changes of one transaction.
const BATCH: u64 = 400;
/// Transactions of one turn.
const BATCHES: usize = 50;

/// Looks at what changed since; returns how many changes.
pub(crate) async fn fold_figures(app: &App) -> Result<u64, StoreError> {
    let mut folded = 0;
    for _ in 0..BATCHES {
        // most turns find nothing, which costs no transaction
        if list_due(app.db.reader(), 1).await?.is_empty() {
            break;
        }
        folded += app
            .db
            .maintain("figures.fold", |tx| async move { fold(app, &tx).await })
            .await?;
    }
    Ok(folded)
}

async fn fold(app: &App, tx: &Tx) -> Result<u64, StoreError> {
    take_turn(tx).await?;
    let due = list_due(tx, BATCH).await?;
    let changes = changes_of(app, tx, &orders_of(&due)).await?;
    let cells = changes.applied(tx).await?;
    let mut writes = Writes::default();
    save_kept(&mut writes, &changes.kept)?;
    save_cells(tx, &mut writes, &cells).await?;
    writes.run(tx).await?;
    remove_due(tx, &due).await?;
    Ok(u64::try_from(due.len()).unwrap_or(u64::MAX))
}

/// Lists the orders of some changes, each once.
pub(crate) fn orders_of(due: &[Due]) -> Vec<OrderId> {
    let mut orders: Vec<OrderId> = due.iter().map(|row| row.order_id).collect();
    // they come sorted
    orders.dedup();
    orders
}

#[cfg(test)]
mod load;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod tests;
