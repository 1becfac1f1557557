//! What organisations were before, what took their place, and what legal persons and party organisations
//! have beside a name.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        columns(manager).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            // what lies below a node is a range of paths, compared byte by byte as on SQLite
            let bytewise = "ALTER TABLE organisation ALTER COLUMN path TYPE text COLLATE \"C\"";
            let connection = manager.get_connection();
            connection.execute_unprepared(bytewise).await?;
        }
        for (name, columns) in [
            ("organisation_by_kind_and_path", &["kind", "path"][..]),
            ("organisation_by_uscc", &["uscc"]),
            ("organisation_by_superior", &["superior_code", "sort_key"]),
        ] {
            let mut index = Index::create().name(name).table("organisation").to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        manager.create_table(periods()).await?;
        manager.create_table(successions()).await?;
        let by_successor = Index::create()
            .name("organisation_succession_by_successor")
            .table("organisation_succession")
            .col("successor")
            .to_owned();
        manager.create_index(by_successor).await
    }
}

async fn columns(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut added = [
        ColumnDef::new("uscc").text().to_owned(),
        ColumnDef::new("superior_code").text().to_owned(),
        ColumnDef::new("closed_on").text().to_owned(),
        // what is there already counts since before history was kept
        ColumnDef::new("since")
            .text()
            .not_null()
            .default("1970-01-01")
            .to_owned(),
    ];
    for column in &mut added {
        let table = Table::alter()
            .table("organisation")
            .add_column(column)
            .to_owned();
        manager.alter_table(table).await?;
    }
    Ok(())
}

/// Past states only: the present one is in `organisation`. Days are `YYYY-MM-DD`, the last one not
/// included.
fn periods() -> TableCreateStatement {
    Table::create()
        .table("organisation_period")
        .col(ColumnDef::new("code").text().not_null())
        .col(ColumnDef::new("until").text().not_null())
        .col(ColumnDef::new("since").text().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("parent_code").text())
        .col(ColumnDef::new("ended_by").text().not_null())
        .primary_key(Index::create().col("code").col("until"))
        .to_owned()
}

fn successions() -> TableCreateStatement {
    Table::create()
        .table("organisation_succession")
        .col(ColumnDef::new("predecessor").text().not_null())
        .col(ColumnDef::new("successor").text().not_null())
        .col(ColumnDef::new("counts_from").text().not_null())
        .primary_key(
            Index::create()
                .col("predecessor")
                .col("successor")
                .col("counts_from"),
        )
        .to_owned()
}
