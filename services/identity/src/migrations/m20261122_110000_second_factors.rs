//! Second factors and their recovery codes.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("second_factor")
                    .col(ColumnDef::new("account_id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("sealed_secret").binary())
                    .col(ColumnDef::new("sealed_pending").binary())
                    .col(ColumnDef::new("enrolled_at").big_integer())
                    .col(ColumnDef::new("last_step").big_integer().not_null())
                    .foreign_key(
                        ForeignKey::create()
                            .from("second_factor", "account_id")
                            .to("account", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("recovery_code")
                    .col(ColumnDef::new("account_id").uuid().not_null())
                    .col(ColumnDef::new("digest").binary().not_null())
                    .col(ColumnDef::new("used_at").big_integer())
                    .primary_key(Index::create().col("account_id").col("digest"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("recovery_code", "account_id")
                            .to("account", "id"),
                    )
                    .to_owned(),
            )
            .await
    }
}
