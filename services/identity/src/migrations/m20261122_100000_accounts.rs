//! Accounts, their grants and sessions.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("account")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("username").text().not_null())
                    .col(ColumnDef::new("display_name").text().not_null())
                    .col(ColumnDef::new("password_hash").text().not_null())
                    .col(ColumnDef::new("status").text().not_null())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("account_by_username")
                    .table("account")
                    .col("username")
                    .unique()
                    .to_owned(),
            )
            .await?;
        create_grants(manager).await?;
        create_sessions(manager).await
    }
}

async fn create_grants(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("account_grant")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(ColumnDef::new("account_id").uuid().not_null())
                .col(ColumnDef::new("role").text().not_null())
                .col(ColumnDef::new("org_path").text().not_null())
                .col(ColumnDef::new("categories").text().not_null())
                .col(ColumnDef::new("valid_from").big_integer().not_null())
                .col(ColumnDef::new("valid_until").big_integer())
                .col(ColumnDef::new("created_by").uuid())
                .col(ColumnDef::new("created_at").big_integer().not_null())
                .col(ColumnDef::new("revoked_by").uuid())
                .col(ColumnDef::new("revoked_at").big_integer())
                .foreign_key(
                    ForeignKey::create()
                        .from("account_grant", "account_id")
                        .to("account", "id"),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("account_grant_by_account")
                .table("account_grant")
                .col("account_id")
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("account_grant_by_role")
                .table("account_grant")
                .col("role")
                .to_owned(),
        )
        .await
}

async fn create_sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("session")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(ColumnDef::new("account_id").uuid().not_null())
                .col(ColumnDef::new("generation").big_integer().not_null())
                .col(ColumnDef::new("current_digest").binary().not_null())
                .col(ColumnDef::new("previous_digest").binary())
                .col(ColumnDef::new("sealed_successor").binary())
                .col(ColumnDef::new("created_at").big_integer().not_null())
                .col(ColumnDef::new("rotated_at").big_integer().not_null())
                .col(ColumnDef::new("expires_at").big_integer().not_null())
                .col(ColumnDef::new("revoked_at").big_integer())
                .foreign_key(
                    ForeignKey::create()
                        .from("session", "account_id")
                        .to("account", "id"),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("session_by_account")
                .table("session")
                .col("account_id")
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("session_by_expires_at")
                .table("session")
                .col("expires_at")
                .to_owned(),
        )
        .await
}
