//! Registered applications, and the codes under way to them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("oauth_client")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("name").text().not_null())
                    .col(ColumnDef::new("kind").text().not_null())
                    .col(ColumnDef::new("secret_digest").binary())
                    .col(ColumnDef::new("redirect_uris").text().not_null())
                    .col(ColumnDef::new("account_id").uuid())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("revoked_at").big_integer())
                    .foreign_key(
                        ForeignKey::create()
                            .from("oauth_client", "account_id")
                            .to("account", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("oauth_code")
                    .col(ColumnDef::new("digest").binary().not_null().primary_key())
                    .col(ColumnDef::new("client_id").uuid().not_null())
                    .col(ColumnDef::new("account_id").uuid().not_null())
                    .col(ColumnDef::new("redirect_uri").text().not_null())
                    .col(ColumnDef::new("challenge").text().not_null())
                    .col(ColumnDef::new("scope").text().not_null())
                    .col(ColumnDef::new("nonce").text())
                    .col(ColumnDef::new("expires_at").big_integer().not_null())
                    .col(ColumnDef::new("session_id").uuid())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("session_by_client")
                    .table("session")
                    .col("client_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("oauth_code_by_expires_at")
                    .table("oauth_code")
                    .col("expires_at")
                    .to_owned(),
            )
            .await
    }
}
