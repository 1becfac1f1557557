//! What applications were let is kept with their sessions; moves of organisations are followed from the place before.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // nobody was asked whether an application may act: those of before are told who somebody is, and no more
        for (table, column) in [
            (
                "oauth_client",
                ColumnDef::new("may_act")
                    .boolean()
                    .not_null()
                    .default(false),
            ),
            (
                "session",
                ColumnDef::new("scope").text().not_null().default(""),
            ),
        ] {
            let added = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(added).await?;
        }
        let org_move = Table::create()
            .table("org_move")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("from_path").text().not_null())
            .col(ColumnDef::new("to_path").text().not_null())
            .col(ColumnDef::new("at").big_integer().not_null())
            .to_owned();
        manager.create_table(org_move).await?;
        let by_time = Index::create()
            .name("org_move_by_time")
            .table("org_move")
            .col("at")
            .to_owned();
        manager.create_index(by_time).await?;
        // a move is followed within seconds: nothing waits here unless the upgrade fell into them
        let before = Table::drop().table("relocation").to_owned();
        manager.drop_table(before).await?;
        let relocation = Table::create()
            .table("relocation")
            .col(
                ColumnDef::new("heard")
                    .big_integer()
                    .not_null()
                    .primary_key(),
            )
            .col(ColumnDef::new("from_path").text().not_null())
            .col(ColumnDef::new("to_path").text().not_null())
            // the table that follows now, and its last row that has been looked at
            .col(ColumnDef::new("stage").text().not_null())
            .col(ColumnDef::new("after").uuid())
            .to_owned();
        manager.create_table(relocation).await
    }
}
