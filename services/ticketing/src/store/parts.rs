//! Where parts of assisting units are waited for. The parts themselves are kept with their order.

use ::store::{StoreError, Tx, Writes};
use kernel::OrderId;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::count;
use super::merge_tables::part_scope::{ActiveModel, Column, Entity};
use super::scopes::scopes_above;
use crate::domain::assist::{Part, PartState};
use crate::domain::order::Order;

/// Follows the parts of an order that changed.
pub(crate) async fn follow(
    tx: &Tx,
    writes: &mut Writes,
    before: &Order,
    after: &Order,
) -> Result<(), StoreError> {
    if before.parts == after.parts {
        return Ok(());
    }
    let known = |part: &Part| {
        let mut parts = before.parts.iter();
        parts.find(|known| known.number == part.number).cloned()
    };
    for part in &after.parts {
        match known(part) {
            None => insert(writes, after.id, part),
            Some(old) if old.path != part.path => {
                // before the others: the new rows may have the keys of the old ones
                Entity::delete_many()
                    .filter(Column::OrderId.eq(after.id))
                    .filter(Column::Number.eq(i64::from(part.number)))
                    .exec(tx)
                    .await?;
                insert(writes, after.id, part);
            }
            Some(old) if old.state != part.state => writes.add(
                Entity::update_many()
                    .col_expr(Column::State, Expr::value(part.state.name()))
                    .filter(Column::OrderId.eq(after.id))
                    .filter(Column::Number.eq(i64::from(part.number))),
            ),
            Some(_) => {}
        }
    }
    Ok(())
}

fn insert(writes: &mut Writes, order: OrderId, part: &Part) {
    let rows = scopes_above(&part.path).into_iter();
    writes.insert(rows.map(|scope_code| ActiveModel {
        scope_code: Set(scope_code),
        order_id: Set(order),
        number: Set(i64::from(part.number)),
        state: Set(part.state.name().to_owned()),
    }));
}

/// Lists parts of the units at or below a node in a state, the oldest order first, behind one of them.
pub(crate) async fn list_parts(
    db: &impl ConnectionTrait,
    scope: &str,
    state: PartState,
    after: Option<(OrderId, u32)>,
    limit: u64,
) -> Result<Vec<(OrderId, u32)>, StoreError> {
    let mut query = Entity::find()
        .select_only()
        .columns([Column::OrderId, Column::Number])
        .filter(Column::ScopeCode.eq(scope))
        .filter(Column::State.eq(state.name()));
    if let Some((order, number)) = after {
        // a row value: both engines walk the index from there
        let place = Expr::tuple([Expr::col(Column::OrderId), Expr::col(Column::Number)]);
        let seen = Expr::tuple([Expr::val(order), Expr::val(i64::from(number))]);
        query = query.filter(place.gt(seen));
    }
    let rows: Vec<(OrderId, i64)> = query
        .order_by_asc(Column::OrderId)
        .order_by_asc(Column::Number)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    rows.into_iter()
        .map(|(order, number)| Ok((order, count(number)?)))
        .collect()
}
