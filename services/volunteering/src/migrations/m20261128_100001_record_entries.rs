//! Trainings and awards as entries of the record (培训、表彰奖励), version by version.

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
                    .table("record_entry")
                    .col(ColumnDef::new("id").uuid().not_null())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    .col(ColumnDef::new("latest").boolean().not_null())
                    .col(ColumnDef::new("volunteer").uuid().not_null())
                    .col(ColumnDef::new("org_path").text().not_null())
                    .col(ColumnDef::new("kind").string_len(20).not_null())
                    .col(ColumnDef::new("first_day").string_len(10).not_null())
                    .col(ColumnDef::new("facts").text().not_null())
                    .col(ColumnDef::new("state").string_len(20).not_null())
                    .col(ColumnDef::new("reason").text())
                    .col(ColumnDef::new("entered_by").uuid().not_null())
                    .col(ColumnDef::new("at").big_integer().not_null())
                    .primary_key(Index::create().col("id").col("version"))
                    .to_owned(),
            )
            .await?;
        let of_volunteer = ("record_entry", "record_entry_by_volunteer");
        index(manager, of_volunteer, &["volunteer", "latest", "id"]).await?;
        index_place(manager, "record_entry", "record_entry_by_place").await
    }
}

/// Indexes some columns.
pub(super) async fn index(
    manager: &SchemaManager<'_>,
    (table, name): (&'static str, &'static str),
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}

/// Indexes what lies at or below a place, in the order of exports; paths are compared byte by byte.
pub(super) async fn index_place(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let bytewise = format!("ALTER TABLE {table} ALTER COLUMN org_path TYPE text COLLATE \"C\"");
        let db = manager.get_connection();
        db.execute_unprepared(&bytewise).await?;
    }
    index(manager, (table, name), &["org_path", "id"]).await
}
