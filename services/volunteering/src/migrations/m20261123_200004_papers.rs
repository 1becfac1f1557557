//! Calendar feeds by token, certificates of service, the activities of a team, and who never came.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        feeds(manager).await?;
        certificates(manager).await?;
        manager
            .create_index(
                Index::create()
                    .name("sign_up_by_state")
                    .table("sign_up")
                    .col("state")
                    .col("ends_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("activity_by_team")
                    .table("activity")
                    .col("team_id")
                    .col("id")
                    .to_owned(),
            )
            .await
    }
}

async fn feeds(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("calendar_feed")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(
                    ColumnDef::new("token_hash")
                        .string_len(64)
                        .not_null()
                        .unique_key(),
                )
                .col(ColumnDef::new("account").uuid().not_null())
                .col(ColumnDef::new("team_id").uuid())
                .col(ColumnDef::new("created_at").big_integer().not_null())
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("calendar_feed_by_account")
                .table("calendar_feed")
                .col("account")
                .to_owned(),
        )
        .await
}

async fn certificates(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("certificate")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(
                    ColumnDef::new("number")
                        .string_len(40)
                        .not_null()
                        .unique_key(),
                )
                .col(ColumnDef::new("volunteer").uuid().not_null())
                .col(ColumnDef::new("facts").text().not_null())
                .col(ColumnDef::new("state").text().not_null())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("issued_at").big_integer().not_null())
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("certificate_by_volunteer")
                .table("certificate")
                .col("volunteer")
                .col("id")
                .to_owned(),
        )
        .await
}
