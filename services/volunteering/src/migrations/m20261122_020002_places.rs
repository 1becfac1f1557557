//! Finding the tasks at or below a place.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            // what lies below a node is a range of paths, compared byte by byte as on SQLite
            let bytewise = "ALTER TABLE task ALTER COLUMN org_path TYPE text COLLATE \"C\"";
            let connection = manager.get_connection();
            connection.execute_unprepared(bytewise).await?;
        }
        let by_place = Index::create()
            .name("task_by_place")
            .table("task")
            .col("org_path")
            .col("state")
            .to_owned();
        manager.create_index(by_place).await
    }
}
