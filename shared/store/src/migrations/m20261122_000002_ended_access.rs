//! Accounts whose access ended before their tokens do, for every replica to read.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("ended_access")
            .col(ColumnDef::new("account_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("version").big_integer().not_null())
            .col(ColumnDef::new("ends_at").big_integer().not_null())
            .col(ColumnDef::new("heard_at").big_integer().not_null())
            .to_owned();
        manager.create_table(table).await?;
        let by_hearing = Index::create()
            .name("ended_access_by_hearing")
            .table("ended_access")
            .col("heard_at")
            .to_owned();
        manager.create_index(by_hearing).await
    }
}
