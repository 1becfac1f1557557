//! Sheets that were taken over, what was made of their lines, and hours that come from one.

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
                    .table("service_import")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("content_key").text().not_null().unique_key())
                    .col(ColumnDef::new("kind").text().not_null())
                    .col(ColumnDef::new("org_path").text().not_null())
                    .col(ColumnDef::new("account").uuid().not_null())
                    .col(ColumnDef::new("state").text().not_null())
                    .col(ColumnDef::new("rows").big_integer().not_null())
                    .col(ColumnDef::new("made").big_integer().not_null())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("undone_at").big_integer())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("service_import_line")
                    .col(ColumnDef::new("import_id").uuid().not_null())
                    .col(ColumnDef::new("line").big_integer().not_null())
                    .col(ColumnDef::new("subject").uuid().not_null())
                    .col(ColumnDef::new("number").big_integer().not_null())
                    .primary_key(Index::create().col("import_id").col("line"))
                    .to_owned(),
            )
            .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            let bytewise =
                "ALTER TABLE service_import ALTER COLUMN org_path TYPE text COLLATE \"C\"";
            manager
                .get_connection()
                .execute_unprepared(bytewise)
                .await?;
        }
        let mut index = Index::create();
        index
            .name("service_import_by_place")
            .table("service_import");
        manager
            .create_index(index.col("org_path").col("id").to_owned())
            .await?;
        for column in [
            ColumnDef::new("import_id").uuid().to_owned(),
            ColumnDef::new("title").text().to_owned(),
        ] {
            let mut alter = Table::alter();
            let alter = alter.table("service_hours").add_column(column);
            manager.alter_table(alter.to_owned()).await?;
        }
        Ok(())
    }
}
