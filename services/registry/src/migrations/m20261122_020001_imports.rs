//! Imports of sheets and their rows.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(imports()).await?;
        manager.create_table(rows()).await?;
        for (name, table, columns) in [
            (
                "sheet_import_by_account",
                "sheet_import",
                &["account_id", "id"][..],
            ),
            (
                "sheet_import_by_state",
                "sheet_import",
                &["state", "updated_at"],
            ),
            (
                "sheet_import_row_by_outcome",
                "sheet_import_row",
                &["import_id", "outcome", "position"],
            ),
        ] {
            let mut index = Index::create().name(name).table(table).to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn imports() -> TableCreateStatement {
    let mut table = Table::create()
        .table("sheet_import")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("resource").text().not_null())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("actor_id").uuid().not_null())
        .col(ColumnDef::new("session_id").uuid().not_null())
        .col(ColumnDef::new("grants").text().not_null())
        .col(ColumnDef::new("traceparent").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .to_owned();
    for count in [
        "rows",
        "cursor",
        "created",
        "changed",
        "unchanged",
        "refused",
        "undone",
        "kept",
        "version",
        "created_at",
        "updated_at",
    ] {
        table.col(ColumnDef::new(count).big_integer().not_null());
    }
    table
}

fn rows() -> TableCreateStatement {
    Table::create()
        .table("sheet_import_row")
        .col(ColumnDef::new("import_id").uuid().not_null())
        .col(ColumnDef::new("position").big_integer().not_null())
        .col(ColumnDef::new("line").big_integer().not_null())
        .col(ColumnDef::new("cells").text().not_null())
        .col(ColumnDef::new("outcome").text().not_null())
        .col(ColumnDef::new("subject").text())
        .col(ColumnDef::new("version").big_integer())
        .col(ColumnDef::new("before").text())
        .col(ColumnDef::new("errors").text().not_null())
        .primary_key(Index::create().col("import_id").col("position"))
        .to_owned()
}
