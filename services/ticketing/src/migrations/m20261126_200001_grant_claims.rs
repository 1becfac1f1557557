//! What grants say of their place as long as it is not proved, and the moves by which an old place is known.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let claims = Table::create()
            .table("grant_claim")
            .col(ColumnDef::new("grant_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("account").uuid().not_null())
            .col(ColumnDef::new("role").text().not_null())
            .col(ColumnDef::new("path").text().not_null())
            // whether its holder counts meanwhile
            .col(ColumnDef::new("entered").boolean().not_null())
            .to_owned();
        manager.create_table(claims).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            // what lies below a node is a range of paths, compared byte by byte as on SQLite
            let bytewise = "ALTER TABLE grant_claim ALTER COLUMN path TYPE text COLLATE \"C\"";
            let connection = manager.get_connection();
            connection.execute_unprepared(bytewise).await?;
        }
        let moves = Table::create()
            .table("org_move")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("from_path").text().not_null())
            .col(ColumnDef::new("to_path").text().not_null())
            .col(ColumnDef::new("at").big_integer().not_null())
            .to_owned();
        manager.create_table(moves).await?;
        for (name, table, columns) in [
            ("grant_claim_by_path", "grant_claim", ["path", "grant_id"]),
            ("org_move_by_time", "org_move", ["at", "id"]),
        ] {
            let [first, second] = columns;
            let index = Index::create()
                .name(name)
                .table(table)
                .col(first)
                .col(second)
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
