//! Role holders, parties of orders, messages and counters of what is unread.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("holder")
                    .col(ColumnDef::new("grant_id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("account_id").uuid().not_null())
                    .col(ColumnDef::new("role").text().not_null())
                    .col(ColumnDef::new("org_code").text().not_null())
                    .to_owned(),
            )
            .await?;
        index(
            manager,
            "holder_by_place",
            "holder",
            &["role", "org_code", "account_id"],
        )
        .await?;
        manager
            .create_table(
                Table::create()
                    .table("order_party")
                    .col(ColumnDef::new("order_id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("requester").uuid())
                    .col(ColumnDef::new("assignee").uuid())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("message")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("account_id").uuid().not_null())
                    .col(ColumnDef::new("event_id").uuid().not_null())
                    .col(ColumnDef::new("kind").text().not_null())
                    .col(ColumnDef::new("title_zh").text().not_null())
                    .col(ColumnDef::new("title_en").text().not_null())
                    .col(ColumnDef::new("body_zh").text().not_null())
                    .col(ColumnDef::new("body_en").text().not_null())
                    .col(ColumnDef::new("subject_type").text().not_null())
                    .col(ColumnDef::new("subject_id").uuid().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("read_at").big_integer())
                    .to_owned(),
            )
            .await?;
        index(
            manager,
            "message_by_account",
            "message",
            &["account_id", "id"],
        )
        .await?;
        // what is unread, newest first, without passing over what was read
        index(
            manager,
            "message_by_read",
            "message",
            &["account_id", "read_at", "id"],
        )
        .await?;
        index(manager, "message_by_age", "message", &["read_at"]).await?;
        manager
            .create_index(
                Index::create()
                    .name("message_once")
                    .table("message")
                    .col("event_id")
                    .col("account_id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("inbox_state")
                    .col(ColumnDef::new("account_id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("unread").big_integer().not_null())
                    .to_owned(),
            )
            .await
    }
}

async fn index(
    manager: &SchemaManager<'_>,
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}
