//! Tasks, to whom they are open, who took them, and the service given.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tasks(manager).await?;
        open_tasks(manager).await?;
        records(manager).await
    }
}

async fn tasks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("task")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(ColumnDef::new("order_id").uuid().not_null())
                .col(ColumnDef::new("round").big_integer().not_null())
                .col(ColumnDef::new("number").text().not_null())
                .col(ColumnDef::new("org_code").text().not_null())
                .col(ColumnDef::new("org_path").text().not_null())
                .col(ColumnDef::new("category").text())
                .col(ColumnDef::new("roles").text().not_null())
                .col(ColumnDef::new("requester").uuid())
                .col(ColumnDef::new("state").text().not_null())
                .col(ColumnDef::new("claimed_by").uuid())
                .col(ColumnDef::new("claimed_at").big_integer())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("opened_at").big_integer().not_null())
                .col(ColumnDef::new("updated_at").big_integer().not_null())
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("task_by_order_and_round")
                .table("task")
                .col("order_id")
                .col("round")
                .unique()
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("task_by_claimant")
                .table("task")
                .col("claimed_by")
                .col("id")
                .to_owned(),
        )
        .await
}

async fn open_tasks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("audience")
                .col(ColumnDef::new("roles").text().not_null().primary_key())
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("open_task_scope")
                .col(ColumnDef::new("scope_code").text().not_null())
                .col(ColumnDef::new("roles").text().not_null())
                .col(ColumnDef::new("task_id").uuid().not_null())
                .primary_key(
                    Index::create()
                        .col("scope_code")
                        .col("roles")
                        .col("task_id"),
                )
                .to_owned(),
        )
        .await
}

async fn records(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("claim_log")
                .col(ColumnDef::new("task_id").uuid().not_null())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("step").text().not_null())
                .col(ColumnDef::new("account").uuid())
                .col(ColumnDef::new("reason").text())
                .col(ColumnDef::new("at").big_integer().not_null())
                .primary_key(Index::create().col("task_id").col("version"))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("service_record")
                .col(ColumnDef::new("task_id").uuid().not_null())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("volunteer").uuid().not_null())
                .col(ColumnDef::new("began_at").big_integer().not_null())
                .col(ColumnDef::new("ended_at").big_integer().not_null())
                .col(ColumnDef::new("minutes").big_integer())
                .col(ColumnDef::new("state").text().not_null())
                .primary_key(Index::create().col("task_id").col("version"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("service_record_by_volunteer")
                .table("service_record")
                .col("volunteer")
                .col("ended_at")
                .to_owned(),
        )
        .await
}
