//! Publications that were taken down again: when, by whom and why; and where that is told.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            ColumnDef::new("withdrawn_at").big_integer().to_owned(),
            ColumnDef::new("withdrawn_by").uuid().to_owned(),
            ColumnDef::new("withdraw_reason").text().to_owned(),
        ] {
            let add = Table::alter()
                .table("publication")
                .add_column(column)
                .to_owned();
            manager.alter_table(add).await?;
        }
        let told = Table::create()
            .table("withdrawal_scope")
            .col(ColumnDef::new("scope_code").text().not_null())
            .col(ColumnDef::new("withdrawn_at").big_integer().not_null())
            .col(ColumnDef::new("publication_id").uuid().not_null())
            .primary_key(
                Index::create()
                    .col("scope_code")
                    .col("withdrawn_at")
                    .col("publication_id"),
            )
            .to_owned();
        manager.create_table(told).await
    }
}
