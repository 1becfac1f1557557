//! Volunteers, their teams, and where both are looked for.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        volunteers(manager).await?;
        teams(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("place_list")
                    .col(ColumnDef::new("list").string_len(40).not_null())
                    .col(ColumnDef::new("scope_code").text().not_null())
                    .col(ColumnDef::new("id").uuid().not_null())
                    .primary_key(Index::create().col("list").col("scope_code").col("id"))
                    .to_owned(),
            )
            .await
    }
}

/// Indexes the path of a table; what lies below a node is a range, compared byte by byte.
pub(super) async fn index_path(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: &'static str,
    name: &'static str,
) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let bytewise = format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE text COLLATE \"C\"");
        manager
            .get_connection()
            .execute_unprepared(&bytewise)
            .await?;
    }
    let index = Index::create()
        .name(name)
        .table(table)
        .col(column)
        .to_owned();
    manager.create_index(index).await
}

async fn volunteers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("volunteer")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(ColumnDef::new("account").uuid().not_null().unique_key())
                .col(ColumnDef::new("number").text().not_null().unique_key())
                .col(ColumnDef::new("home").text().not_null())
                .col(ColumnDef::new("state").text().not_null())
                .col(ColumnDef::new("facts").text().not_null())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("created_at").big_integer().not_null())
                .col(ColumnDef::new("updated_at").big_integer().not_null())
                .to_owned(),
        )
        .await?;
    index_path(manager, "volunteer", "home", "volunteer_by_home").await?;
    manager
        .create_table(
            Table::create()
                .table("volunteer_number")
                .col(
                    ColumnDef::new("district")
                        .string_len(12)
                        .not_null()
                        .primary_key(),
                )
                .col(ColumnDef::new("last").big_integer().not_null())
                .to_owned(),
        )
        .await
}

async fn teams(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("team")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(ColumnDef::new("org_path").text().not_null())
                .col(ColumnDef::new("kind").text().not_null())
                .col(ColumnDef::new("name").text().not_null())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("created_at").big_integer().not_null())
                .col(ColumnDef::new("updated_at").big_integer().not_null())
                .to_owned(),
        )
        .await?;
    index_path(manager, "team", "org_path", "team_by_place").await?;
    manager
        .create_table(
            Table::create()
                .table("team_member")
                .col(ColumnDef::new("team_id").uuid().not_null())
                .col(ColumnDef::new("account").uuid().not_null())
                .col(ColumnDef::new("leader").boolean().not_null())
                .col(ColumnDef::new("state").text().not_null())
                .col(ColumnDef::new("since").big_integer().not_null())
                .primary_key(Index::create().col("team_id").col("account"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("team_member_by_account")
                .table("team_member")
                .col("account")
                .to_owned(),
        )
        .await
}
