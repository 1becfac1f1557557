//! What accounts keep out of (回避), as identity told.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("exclusion")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("account").uuid().not_null())
            .col(ColumnDef::new("organisation").text())
            .col(ColumnDef::new("person").uuid())
            .to_owned();
        manager.create_table(table).await?;
        let by_account = Index::create()
            .name("exclusion_by_account")
            .table("exclusion")
            .col("account")
            .to_owned();
        manager.create_index(by_account).await
    }
}
