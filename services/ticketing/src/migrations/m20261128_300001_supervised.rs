//! Where orders under supervision show up (督办), until they end.

use sea_orm_migration::prelude::*;

/// An order that has ended has no limit left.
const FILL: &str = "
    INSERT INTO supervised_scope (scope_code, order_id)
    SELECT order_scope.scope_code, order_scope.order_id
    FROM work_order
    JOIN order_scope ON order_scope.order_id = work_order.id
    WHERE work_order.supervised AND work_order.clocks <> '[]'";

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("supervised_scope")
            .col(ColumnDef::new("scope_code").text().not_null())
            .col(ColumnDef::new("order_id").uuid().not_null())
            .primary_key(Index::create().col("scope_code").col("order_id"))
            .to_owned();
        manager.create_table(table).await?;
        let by_order = Index::create()
            .name("supervised_scope_by_order")
            .table("supervised_scope")
            .col("order_id")
            .to_owned();
        manager.create_index(by_order).await?;
        manager.get_connection().execute_unprepared(FILL).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

    use kernel::Role;
    use sea_orm::{EntityTrait, QueryOrder};
    use serde_json::json;

    use super::FILL;
    use crate::app::testing::Bench;
    use crate::store::tables::supervised_scope;
    use crate::store::testing::run_sql;

    async fn rows(bench: &Bench) -> Vec<supervised_scope::Model> {
        let rows = supervised_scope::Entity::find()
            .order_by_asc(supervised_scope::Column::OrderId)
            .order_by_asc(supervised_scope::Column::ScopeCode);
        rows.all(bench.app.db.reader()).await.unwrap()
    }

    #[tokio::test]
    async fn older_orders_under_supervision_get_the_rows_that_new_ones_have() {
        let bench = Bench::new().await;
        for (path, kind) in [
            ("/420105000000/", "district"),
            ("/420105000000/420105011000/", "street"),
            ("/420105000000/420105011000/420105011010/", "community"),
        ] {
            bench.settle(path, kind, "某地").await;
        }
        let resident = bench.caller(Role::Resident);
        let inspector = bench.caller_at(Role::Inspector, "/420105000000/");
        let mut orders = Vec::new();
        for _ in 0..3 {
            orders.push(bench.open(&resident, "six-step", None).await);
        }
        let why = json!({"reason": "媒体关注"});
        for id in &orders[1..] {
            bench.act(&inspector, *id, "supervise", why.clone()).await;
        }
        // one that has ended is no longer listed
        bench.act(&resident, orders[2], "withdraw", json!({})).await;
        let made = rows(&bench).await;
        assert!(made.len() >= 3, "{made:?}");
        assert!(made.iter().all(|row| row.order_id == orders[1]));
        run_sql(&bench.app.db, "DELETE FROM supervised_scope")
            .await
            .unwrap();
        run_sql(&bench.app.db, FILL).await.unwrap();
        assert_eq!(rows(&bench).await, made);
    }
}
