//! Short messages to callers without an account: the table is copied, since a column of it may be empty from now on.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const KEPT: [&str; 7] = [
    "id",
    "account_id",
    "number",
    "sealed",
    "tries",
    "next_at",
    "expires_at",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let anew = Table::create()
            .table("short_message_anew")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("account_id").uuid())
            .col(ColumnDef::new("contact_id").uuid())
            .col(ColumnDef::new("org_path").text())
            .col(ColumnDef::new("number").text().not_null())
            .col(ColumnDef::new("sealed").binary().not_null())
            .col(ColumnDef::new("tries").integer().not_null())
            .col(ColumnDef::new("next_at").big_integer().not_null())
            .col(ColumnDef::new("expires_at").big_integer().not_null())
            .to_owned();
        manager.create_table(anew).await?;
        let columns = KEPT.join(", ");
        let copy = format!(
            "INSERT INTO short_message_anew ({columns}) SELECT {columns} FROM short_message"
        );
        manager.get_connection().execute_unprepared(&copy).await?;
        let before = Table::drop().table("short_message").to_owned();
        manager.drop_table(before).await?;
        let rename = Table::rename()
            .table("short_message_anew", "short_message")
            .to_owned();
        manager.rename_table(rename).await?;
        let by_time = Index::create()
            .name("short_message_by_next_at")
            .table("short_message")
            .col("next_at")
            .to_owned();
        manager.create_index(by_time).await
    }
}
