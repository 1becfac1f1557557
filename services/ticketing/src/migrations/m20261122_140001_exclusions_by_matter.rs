//! Finding who keeps out of an order.

use exclusions::migration::{FoundBy, create_indexes};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_indexes(manager, FoundBy::Matter).await
    }
}
