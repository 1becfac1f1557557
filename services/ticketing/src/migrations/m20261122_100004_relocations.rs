//! Organisations that were moved, until their orders have followed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            // what lies below a node is a range of paths, compared byte by byte as on SQLite
            let bytewise = "ALTER TABLE org ALTER COLUMN path TYPE text COLLATE \"C\"";
            let connection = manager.get_connection();
            connection.execute_unprepared(bytewise).await?;
        }
        let by_path = Index::create()
            .name("org_by_path")
            .table("org")
            .col("path")
            .to_owned();
        manager.create_index(by_path).await?;
        manager
            .create_table(
                Table::create()
                    .table("relocation")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("code").text().not_null())
                    .col(ColumnDef::new("from_path").text().not_null())
                    .col(ColumnDef::new("to_path").text().not_null())
                    // the last order that has followed
                    .col(ColumnDef::new("after").uuid())
                    .to_owned(),
            )
            .await
    }
}
