//! Room beside each sum on PostgreSQL: a sum is written with every order that is counted, and where its new version fits
//! beside the old one no index is written, and whoever reads it next clears the old one away. Without, a sum is read
//! through all its versions since the last vacuum.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let room = "ALTER TABLE figure_cell SET (fillfactor = 40)";
        manager.get_connection().execute_unprepared(room).await?;
        Ok(())
    }
}
