//! Exports: the jobs, what is made of them page by page, and hours by place.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("service_export")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("account").uuid().not_null())
                    .col(ColumnDef::new("state").text().not_null())
                    .col(ColumnDef::new("facts").text().not_null())
                    .col(ColumnDef::new("updated_at").big_integer().not_null())
                    .col(ColumnDef::new("expires_at").big_integer().not_null())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("service_export_part")
                    .col(ColumnDef::new("export_id").uuid().not_null())
                    .col(ColumnDef::new("number").big_integer().not_null())
                    .col(ColumnDef::new("body").text().not_null())
                    .primary_key(Index::create().col("export_id").col("number"))
                    .to_owned(),
            )
            .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            let bytewise =
                "ALTER TABLE service_hours ALTER COLUMN org_path TYPE text COLLATE \"C\"";
            manager
                .get_connection()
                .execute_unprepared(bytewise)
                .await?;
        }
        for (table, name, columns) in [
            (
                "service_export",
                "service_export_by_account",
                ["account", "id"],
            ),
            (
                "service_export",
                "service_export_by_state",
                ["state", "updated_at"],
            ),
            (
                "service_export",
                "service_export_by_expiry",
                ["expires_at", "id"],
            ),
            (
                "service_hours",
                "service_hours_by_place",
                ["org_path", "id"],
            ),
        ] {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
