//! How a caller without an account is reached: an id of the vault.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("work_order")
            .add_column(ColumnDef::new("contact_id").uuid())
            .to_owned();
        manager.alter_table(add).await
    }
}
