//! Under which nodes of the organisation tree an order shows up: every node above its place and
//! above its unit, so that a list costs the same whatever lies beside it.
//!
//! At the unit that an order is about, and below it, its rows are marked (`!420105000000`): no list, search or count that
//! asks for a node finds them, and what keeps orders up to date asks for both.

use ::store::{StoreError, Tx, Writes};
use kernel::{OrderId, OrgPath};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::tables::order_scope::{ActiveModel, Column, Entity};
use super::tables::project_scope;
use super::{figures, requests};
use crate::domain::order::Order;
use crate::domain::project;

/// Scope of the whole city.
pub(crate) const CITY: &str = "/";
/// What stands before the scope of a node from which an order is hidden; no code begins with it.
const HIDDEN: &str = "!";

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
    let mut scopes = all_scopes_of(order);
    scopes.retain(|scope| !scope.starts_with(HIDDEN));
    scopes
}

/// Lists the same with those of the unit that the order is about, which are marked.
fn all_scopes_of(order: &Order) -> Vec<String> {
    let mut scopes = Vec::new();
    for path in std::iter::once(&order.org_path).chain(&order.unit_path) {
        for node in path.ancestors() {
            let scope = scope_of(&node);
            let scope = if order.concerns(&node) {
                hidden(&scope)
            } else {
                scope
            };
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
    }
    scopes
}

/// Marks the scope of a node from which an order is hidden.
pub(super) fn hidden(scope: &str) -> String {
    format!("{HIDDEN}{scope}")
}

/// Lists orders at or below a node, those about a unit there too, behind one of them by id: for upkeep, never for
/// anybody to read.
pub(super) async fn list_all_at(
    db: &impl ConnectionTrait,
    scope: &str,
    state: Option<&str>,
    after: Option<OrderId>,
    limit: u64,
) -> Result<Vec<OrderId>, StoreError> {
    let mut found: Vec<OrderId> = Vec::new();
    for scope in [scope.to_owned(), hidden(scope)] {
        let mut query = Entity::find()
            .select_only()
            .column(Column::OrderId)
            .filter(Column::ScopeCode.eq(scope));
        if let Some(state) = state {
            query = query.filter(Column::State.eq(state));
        }
        if let Some(after) = after {
            query = query.filter(Column::OrderId.gt(after));
        }
        let page = query.order_by_asc(Column::OrderId).limit(limit);
        found.extend(page.into_tuple::<OrderId>().all(db).await?);
    }
    found.sort_unstable();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Lists the scopes of a node and of everything above it.
pub(crate) fn scopes_above(path: &OrgPath) -> Vec<String> {
    path.ancestors().iter().map(scope_of).collect()
}

/// Puts new orders under their nodes.
pub(crate) fn insert_scopes(writes: &mut Writes, orders: &[&Order]) {
    let (mut rows, mut projects) = (Vec::new(), Vec::new());
    for order in orders {
        for scope_code in all_scopes_of(order) {
            if order.workflow == project::WORKFLOW {
                projects.push(project_scope::ActiveModel {
                    scope_code: Set(scope_code.clone()),
                    order_id: Set(order.id),
                });
            }
            rows.push(ActiveModel {
                scope_code: Set(scope_code),
                order_id: Set(order.id),
                state: Set(order.state.clone()),
                created_at: Set(order.created_at),
            });
        }
    }
    writes.insert(rows);
    writes.insert(projects);
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
        remove_scopes(tx, after).await?;
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

async fn remove_scopes(tx: &Tx, order: &Order) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::OrderId.eq(order.id))
        .exec(tx)
        .await?;
    if order.workflow == project::WORKFLOW {
        project_scope::Entity::delete_many()
            .filter(project_scope::Column::OrderId.eq(order.id))
            .exec(tx)
            .await?;
    }
    Ok(())
}
