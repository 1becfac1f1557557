//! What tests look at and spoil in the store, where no function of its own does.

use ::store::{Database, StoreError, Tx};
use kernel::OrderId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::tables::{order_scope, work_order};

/// Says by which version of its definition an order runs, whether there is one or not; returns how many orders that were.
pub(crate) async fn set_workflow_version(
    tx: &Tx,
    id: OrderId,
    version: i64,
) -> Result<u64, StoreError> {
    let set = work_order::Entity::update_many()
        .col_expr(work_order::Column::WorkflowVersion, Expr::value(version))
        .filter(work_order::Column::Id.eq(id));
    Ok(set.exec(tx).await?.rows_affected)
}

/// Lists the scopes under which an order shows up, marked ones too.
pub(crate) async fn list_scopes_of(
    db: &impl ConnectionTrait,
    id: OrderId,
) -> Result<Vec<String>, StoreError> {
    let scopes = order_scope::Entity::find()
        .select_only()
        .column(order_scope::Column::ScopeCode)
        .filter(order_scope::Column::OrderId.eq(id))
        .order_by_asc(order_scope::Column::ScopeCode);
    Ok(scopes.into_tuple().all(db).await?)
}

/// Runs a statement, as a migration does.
pub(crate) async fn run_sql(db: &Database, sql: &str) -> Result<(), StoreError> {
    db.write("test.sql", |tx| async move {
        tx.execute_unprepared(sql).await?;
        Ok(())
    })
    .await
}
