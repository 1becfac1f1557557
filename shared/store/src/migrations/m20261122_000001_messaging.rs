//! Outbox, inbox, dead letters, idempotency keys, leases.

use sea_orm_migration::prelude::*;

use crate::partitions;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("outbox")
                    .col(
                        ColumnDef::new("seq")
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("event_id").uuid().not_null())
                    .col(ColumnDef::new("aggregate").text().not_null())
                    .col(ColumnDef::new("body").text().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        let inbox = Table::create()
            .table("inbox")
            .col(ColumnDef::new("consumer").text().not_null())
            .col(ColumnDef::new("event_id").uuid().not_null())
            .col(ColumnDef::new("handled_at").big_integer().not_null())
            .primary_key(Index::create().col("consumer").col("event_id"))
            .to_owned();
        partitions::create_table(manager, ("inbox", "event_id"), inbox).await?;
        manager
            .create_index(
                Index::create()
                    .name("inbox_by_handled_at")
                    .table("inbox")
                    .col("handled_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("dead_letter")
                    .col(ColumnDef::new("consumer").text().not_null())
                    .col(ColumnDef::new("event_id").uuid().not_null())
                    .col(ColumnDef::new("body").text().not_null())
                    .col(ColumnDef::new("reason").text().not_null())
                    .col(ColumnDef::new("died_at").big_integer().not_null())
                    .primary_key(Index::create().col("consumer").col("event_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("idempotency")
                    .col(ColumnDef::new("account_id").uuid().not_null())
                    .col(ColumnDef::new("operation").text().not_null())
                    .col(ColumnDef::new("key").text().not_null())
                    .col(ColumnDef::new("fingerprint").text().not_null())
                    .col(ColumnDef::new("answer").text().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .primary_key(
                        Index::create()
                            .col("account_id")
                            .col("operation")
                            .col("key"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idempotency_by_created_at")
                    .table("idempotency")
                    .col("created_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("lease")
                    .col(ColumnDef::new("name").text().not_null().primary_key())
                    .col(ColumnDef::new("holder").uuid().not_null())
                    .col(ColumnDef::new("until").big_integer().not_null())
                    .to_owned(),
            )
            .await
    }
}
