//! Whom an order concerns, for events that do not say it themselves.

use kernel::{AccountId, OrderId};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use store::{StoreError, Tx};

use super::tables::order_party;

/// Requester and handler of an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Parties {
    pub(crate) requester: Option<AccountId>,
    pub(crate) assignee: Option<AccountId>,
}

/// Saves the parties of an order.
pub(crate) async fn save(tx: &Tx, order: OrderId, parties: Parties) -> Result<(), StoreError> {
    order_party::Entity::insert(order_party::ActiveModel {
        order_id: Set(order),
        requester: Set(parties.requester),
        assignee: Set(parties.assignee),
    })
    .on_conflict(
        OnConflict::column(order_party::Column::OrderId)
            .update_columns([
                order_party::Column::Requester,
                order_party::Column::Assignee,
            ])
            .to_owned(),
    )
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// Finds the parties of an order; nobody when the order is unknown.
pub(crate) async fn find(tx: &Tx, order: OrderId) -> Result<Parties, StoreError> {
    let row = order_party::Entity::find_by_id(order).one(tx).await?;
    Ok(row.map_or_else(Parties::default, |row| Parties {
        requester: row.requester,
        assignee: row.assignee,
    }))
}
