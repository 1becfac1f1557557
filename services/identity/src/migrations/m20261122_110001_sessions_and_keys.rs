//! Where a session came from, and signing keys in the store instead of files.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // one column a statement: SQLite adds no more at once
        for mut column in [
            ColumnDef::new("method")
                .text()
                .not_null()
                .default("password")
                .to_owned(),
            ColumnDef::new("source")
                .text()
                .not_null()
                .default("")
                .to_owned(),
            ColumnDef::new("client_id").text().to_owned(),
        ] {
            let added = Table::alter()
                .table("session")
                .add_column(&mut column)
                .to_owned();
            manager.alter_table(added).await?;
        }
        // page by page, which the index without the id could not give
        manager
            .create_index(
                Index::create()
                    .name("session_by_account_and_id")
                    .table("session")
                    .col("account_id")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .drop_index(
                Index::drop()
                    .name("session_by_account")
                    .table("session")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("signing_key")
                    .col(ColumnDef::new("kid").text().not_null().primary_key())
                    .col(ColumnDef::new("generation").big_integer().not_null())
                    .col(ColumnDef::new("sealed").binary().not_null())
                    .col(ColumnDef::new("made_at").big_integer().not_null())
                    .col(ColumnDef::new("signs_from").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("signing_key_by_generation")
                    .table("signing_key")
                    .col("generation")
                    .unique()
                    .to_owned(),
            )
            .await
    }
}
