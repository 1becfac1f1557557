//! Where holders hold their roles, whole paths: the code at the end of one is what a granter wrote.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut path = ColumnDef::new("path");
        // empty where only the code was kept, until the grant is told again
        path.text().not_null().default("");
        let holders = Table::alter().table("holder").add_column(path).to_owned();
        manager.alter_table(holders).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            // what lies below a node is a range of paths, compared byte by byte as on SQLite
            let bytewise = "ALTER TABLE holder ALTER COLUMN path TYPE text COLLATE \"C\"";
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
            ("holder_by_path", "holder", ["path", "grant_id"]),
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
