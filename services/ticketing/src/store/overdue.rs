//! Orders of which a level was reached; those whose running limit was missed, and those under supervision.

use ::store::{StoreError, Tx, Writes};
use kernel::{OrderId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::orders::StoredOrder;
use super::scopes::scopes_of;
use super::tables::overdue_scope::{ActiveModel, Column, Entity};
use super::tables::{supervised_scope, work_order};
use crate::domain::order::Order;

/// Lists orders of which a level has been reached, the latest last, behind one of them: as many rows as there are such
/// orders are read, however many run.
pub(crate) async fn list_woken(
    db: &impl ConnectionTrait,
    now: Timestamp,
    after: Option<(Timestamp, OrderId)>,
    limit: u64,
) -> Result<Vec<(Timestamp, OrderId)>, StoreError> {
    use work_order::Column as C;
    let mut query = work_order::Entity::find()
        .select_only()
        .columns([C::WakeAt, C::Id])
        .filter(C::WakeAt.lt(now));
    if let Some((at, id)) = after {
        let behind = Condition::any().add(C::WakeAt.gt(at)).add(C::Id.gt(id));
        query = query.filter(C::WakeAt.gte(at)).filter(behind);
    }
    Ok(query
        .order_by_asc(C::WakeAt)
        .order_by_asc(C::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Shows an order among the overdue ones and those under supervision, or no longer, as it is now.
pub(crate) async fn follow(
    tx: &Tx,
    writes: &mut Writes,
    before: &StoredOrder,
    after: &StoredOrder,
) -> Result<(), StoreError> {
    let (old, new) = (&before.order, &after.order);
    let moved = old.org_path != new.org_path || old.unit_path != new.unit_path;
    if before.overdue && moved {
        // before the others: the new rows may have the keys of the old ones
        let mut gone = Writes::default();
        remove_overdue(&mut gone, new.id);
        gone.run(tx).await?;
    } else if before.overdue && !after.overdue {
        remove_overdue(writes, new.id);
    }
    if after.overdue && (moved || !before.overdue) {
        insert_overdue(writes, new);
    }
    follow_supervision(tx, writes, (old, new), moved).await
}

/// Keeps an order among those under supervision until it ends.
async fn follow_supervision(
    tx: &Tx,
    writes: &mut Writes,
    (old, new): (&Order, &Order),
    moved: bool,
) -> Result<(), StoreError> {
    // an order that has ended has no limit left
    let listed = |order: &Order| order.supervised && !order.clocks.is_empty();
    if listed(old) && (moved || !listed(new)) {
        let remove = supervised_scope::Entity::delete_many()
            .filter(supervised_scope::Column::OrderId.eq(new.id));
        let mut gone = Writes::default();
        gone.add(remove);
        gone.run(tx).await?;
    }
    if listed(new) && (moved || !listed(old)) {
        let rows = scopes_of(new).into_iter();
        writes.insert(rows.map(|scope_code| supervised_scope::ActiveModel {
            scope_code: Set(scope_code),
            order_id: Set(new.id),
        }));
    }
    Ok(())
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
