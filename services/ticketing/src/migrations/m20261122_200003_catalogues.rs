//! Dispatch catalogues of districts, every version.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("catalogue")
            .col(ColumnDef::new("district").text().not_null())
            .col(ColumnDef::new("version").big_integer().not_null())
            .col(ColumnDef::new("body").text().not_null())
            .col(ColumnDef::new("reason").text().not_null())
            .col(ColumnDef::new("author").uuid().not_null())
            .col(ColumnDef::new("at").big_integer().not_null())
            .primary_key(Index::create().col("district").col("version"))
            .to_owned();
        manager.create_table(table).await
    }
}
