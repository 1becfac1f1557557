//! Telephones that sign in, by blind index, and the codes under way to them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("phone_login")
                    .col(
                        ColumnDef::new("phone_index")
                            .binary()
                            .not_null()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("account_id").uuid().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .foreign_key(
                        ForeignKey::create()
                            .from("phone_login", "account_id")
                            .to("account", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("phone_login_by_account")
                    .table("phone_login")
                    .col("account_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("phone_code")
                    .col(
                        ColumnDef::new("phone_index")
                            .binary()
                            .not_null()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("digest").binary().not_null())
                    .col(ColumnDef::new("tries").integer().not_null())
                    .col(ColumnDef::new("expires_at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("phone_code_by_expires_at")
                    .table("phone_code")
                    .col("expires_at")
                    .to_owned(),
            )
            .await
    }
}
