//! Whom an order concerns, for events that do not say it themselves.

use std::collections::HashMap;

use kernel::{AccountId, OrderId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use store::{StoreError, Tx, Writes};

use super::tables::order_party;

/// Requester and handler of an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Parties {
    pub(crate) requester: Option<AccountId>,
    pub(crate) assignee: Option<AccountId>,
}

/// Saves the parties of orders.
pub(crate) fn save(writes: &mut Writes, orders: HashMap<OrderId, Parties>) {
    let rows = orders
        .into_iter()
        .map(|(order, parties)| order_party::ActiveModel {
            order_id: Set(order),
            requester: Set(parties.requester),
            assignee: Set(parties.assignee),
        });
    let replace = OnConflict::column(order_party::Column::OrderId)
        .update_columns([
            order_party::Column::Requester,
            order_party::Column::Assignee,
        ])
        .to_owned();
    writes.upsert(rows, &replace);
}

/// Lists the parties of orders, as far as they are known.
pub(crate) async fn list(
    tx: &Tx,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Parties>, StoreError> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = order_party::Entity::find()
        .filter(order_party::Column::OrderId.is_in(orders.iter().copied()))
        .all(tx)
        .await?;
    let parties = rows.into_iter().map(|row| {
        let parties = Parties {
            requester: row.requester,
            assignee: row.assignee,
        };
        (row.order_id, parties)
    });
    Ok(parties.collect())
}
