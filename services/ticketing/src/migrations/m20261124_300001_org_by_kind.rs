//! Which organisations are districts, without looking through all of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_kind = Index::create()
            .name("org_by_kind")
            .table("org")
            .col("kind")
            .col("code")
            .to_owned();
        manager.create_index(by_kind).await
    }
}
