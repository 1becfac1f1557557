//! Rows of orders at the unit that they are about, marked so that only upkeep finds them.
//!
//! An order whose place was moved while it had no such row did not follow; it keeps the place of then, and gets no row at
//! nodes that are not above that place any more.

use sea_orm_migration::prelude::*;

/// What orders lack of the nodes above their place and unit are those of the unit that they are about.
pub(crate) const FILL: &str = "
    INSERT INTO order_scope (scope_code, order_id, state, created_at)
    SELECT '!' || org.code, work_order.id, work_order.state, work_order.created_at
    FROM work_order
    JOIN org ON work_order.org_path LIKE org.path || '%' OR work_order.unit_path LIKE org.path || '%'
    WHERE work_order.about IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM order_scope known
        WHERE known.order_id = work_order.id AND known.scope_code IN (org.code, '!' || org.code)
    )";

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(FILL).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may")]

    use kernel::Role;
    use sea_orm::{EntityTrait, QueryOrder};

    use super::FILL;
    use crate::app::testing::Bench;
    use crate::store::tables::order_scope;
    use crate::store::testing::run_sql;

    async fn rows(bench: &Bench) -> Vec<order_scope::Model> {
        let rows = order_scope::Entity::find()
            .order_by_asc(order_scope::Column::OrderId)
            .order_by_asc(order_scope::Column::ScopeCode);
        rows.all(bench.app.db.reader()).await.unwrap()
    }

    #[tokio::test]
    async fn older_orders_get_the_rows_that_new_ones_have() {
        let bench = Bench::new().await;
        for (path, kind) in [
            ("/420105000000/", "district"),
            ("/420105000000/420105011000/", "street"),
            ("/420105000000/420105011000/420105011010/", "community"),
            ("/420105000000/420105011000/420105011011/", "community"),
        ] {
            bench.settle(path, kind, "某地").await;
        }
        let resident = bench.caller(Role::Resident);
        for about in [None, Some("420105000000"), Some("420105011010")] {
            bench.open(&resident, "six-step", about).await;
        }
        let made = rows(&bench).await;
        let hidden = made.iter().filter(|row| row.scope_code.starts_with('!'));
        assert!(hidden.count() >= 6, "{made:?}");
        run_sql(
            &bench.app.db,
            "DELETE FROM order_scope WHERE scope_code LIKE '!%'",
        )
        .await
        .unwrap();
        run_sql(&bench.app.db, FILL).await.unwrap();
        run_sql(&bench.app.db, FILL).await.unwrap();
        assert_eq!(rows(&bench).await, made);
    }
}
