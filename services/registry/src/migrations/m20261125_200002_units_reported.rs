//! Report-ins by unit: how many of the units of a place have reported in.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.name("report_in_by_unit").table("report_in");
        let index = index.col("unit_code").col("state");
        manager.create_index(index.to_owned()).await
    }
}
