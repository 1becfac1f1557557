//! Under which nodes of the organisation tree an order shows up: every node above its place and
//! above its unit, so that a list costs the same whatever lies beside it.

use ::store::{StoreError, Tx, Writes};
use kernel::{OrderId, OrgPath};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::tables::order_scope::{ActiveModel, Column, Entity};
use super::{figures, requests};
use crate::domain::order::Order;

/// Scope of the whole city.
pub(crate) const CITY: &str = "/";

/// Names the scope of a node.
pub(crate) fn scope_of(path: &OrgPath) -> String {
    match path.leaf() {
        Some(code) => code.as_str().to_owned(),
        None => CITY.to_owned(),
    }
}

/// Lists the scopes of an order, each once; those of the unit that it is about are left out, so that no list or search of
/// that unit has it.
pub(crate) fn scopes_of(order: &Order) -> Vec<String> {
    let mut scopes = Vec::new();
    for path in std::iter::once(&order.org_path).chain(&order.unit_path) {
        for node in path.ancestors() {
            let scope = scope_of(&node);
            if !order.concerns(&node) && !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
    }
    scopes
}

/// Lists the scopes of a node and of everything above it.
pub(crate) fn scopes_above(path: &OrgPath) -> Vec<String> {
    path.ancestors().iter().map(scope_of).collect()
}

/// Puts new orders under their nodes.
pub(crate) fn insert_scopes(writes: &mut Writes, orders: &[&Order]) {
    let mut rows = Vec::new();
    for order in orders {
        for scope_code in scopes_of(order) {
            rows.push(ActiveModel {
                scope_code: Set(scope_code),
                order_id: Set(order.id),
                state: Set(order.state.clone()),
                created_at: Set(order.created_at),
            });
        }
    }
    writes.insert(rows);
}

/// Follows a change of an order: the state in one statement, the places only when they moved.
pub(crate) async fn save_scopes(
    tx: &Tx,
    writes: &mut Writes,
    before: &Order,
    after: &Order,
) -> Result<(), StoreError> {
    if before.org_path != after.org_path || before.unit_path != after.unit_path {
        // before the others: the new rows may have the keys of the old ones
        remove_scopes(tx, after.id).await?;
        insert_scopes(writes, &[after]);
        figures::mark_moved(writes, after);
        if before.org_path != after.org_path {
            requests::follow_order(tx, writes, after.id, &after.org_path).await?;
        }
    } else if before.state != after.state {
        let follow = Entity::update_many()
            .col_expr(Column::State, Expr::value(after.state.as_str()))
            .filter(Column::OrderId.eq(after.id));
        writes.add(follow);
    }
    Ok(())
}

async fn remove_scopes(tx: &Tx, order: OrderId) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::OrderId.eq(order))
        .exec(tx)
        .await?;
    Ok(())
}
