//! Where secretaries' projects show up: few among many orders, so that a board of them passes over none of the others.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const KNOWN: &str = "
    INSERT INTO project_scope (scope_code, order_id)
    SELECT scope_code, order_id FROM order_scope
    WHERE order_id IN (SELECT id FROM work_order WHERE workflow = 'secretary-project')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let places = Table::create()
            .table("project_scope")
            .col(ColumnDef::new("scope_code").text().not_null())
            .col(ColumnDef::new("order_id").uuid().not_null())
            .primary_key(Index::create().col("scope_code").col("order_id"))
            .to_owned();
        manager.create_table(places).await?;
        let by_order = Index::create()
            .name("project_scope_by_order")
            .table("project_scope")
            .col("order_id")
            .to_owned();
        manager.create_index(by_order).await?;
        let connection = manager.get_connection();
        connection.execute_unprepared(KNOWN).await?;
        Ok(())
    }
}
