//! Orders whose running limit was missed.

use ::store::{StoreError, Writes};
use kernel::{OrderId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::scopes::scopes_of;
use super::tables::overdue_scope::{ActiveModel, Column, Entity};
use super::tables::work_order;
use crate::domain::order::Order;

/// Lists orders that missed a limit and are not flagged yet, the latest limit last.
pub(crate) async fn list_missed(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<OrderId>, StoreError> {
    Ok(work_order::Entity::find()
        .select_only()
        .column(work_order::Column::Id)
        .filter(work_order::Column::Overdue.eq(false))
        .filter(work_order::Column::DueAt.lt(now))
        .order_by_asc(work_order::Column::DueAt)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Shows an order among the overdue ones.
pub(crate) fn insert_overdue(writes: &mut Writes, order: &Order) {
    writes.insert(scopes_of(order).into_iter().map(|scope_code| ActiveModel {
        scope_code: Set(scope_code),
        order_id: Set(order.id),
    }));
}

/// Takes an order out of the overdue ones.
pub(crate) fn remove_overdue(writes: &mut Writes, order: OrderId) {
    writes.add(Entity::delete_many().filter(Column::OrderId.eq(order)));
}
