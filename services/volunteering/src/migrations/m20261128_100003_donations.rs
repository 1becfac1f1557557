//! Minutes of a time account that were donated (时间捐赠, formula 28).

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let donated = ColumnDef::new("donated")
            .big_integer()
            .not_null()
            .default(0)
            .to_owned();
        let added = Table::alter()
            .table("time_account")
            .add_column(donated)
            .to_owned();
        manager.alter_table(added).await
    }
}
