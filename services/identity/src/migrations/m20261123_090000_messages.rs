//! Short messages that are under way to whoever asked.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("short_message")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("account_id").uuid().not_null())
                    .col(ColumnDef::new("number").text().not_null())
                    .col(ColumnDef::new("sealed").binary().not_null())
                    .col(ColumnDef::new("tries").integer().not_null())
                    .col(ColumnDef::new("next_at").big_integer().not_null())
                    .col(ColumnDef::new("expires_at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("short_message_by_next_at")
                    .table("short_message")
                    .col("next_at")
                    .to_owned(),
            )
            .await
    }
}
