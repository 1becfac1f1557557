//! Failed attempts, counted for all replicas together.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("failed_attempt")
            .col(ColumnDef::new("digest").binary().not_null().primary_key())
            .col(ColumnDef::new("clear_at").big_integer().not_null())
            .to_owned();
        manager.create_table(table).await?;
        let by_end = Index::create()
            .name("failed_attempt_by_end")
            .table("failed_attempt")
            .col("clear_at")
            .to_owned();
        manager.create_index(by_end).await
    }
}
