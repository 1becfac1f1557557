//! Who keeps out of whose orders (回避), as identity told.

use exclusions::migration::{FoundBy, create_indexes, create_table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager).await?;
        create_indexes(manager, FoundBy::Matter).await
    }
}
