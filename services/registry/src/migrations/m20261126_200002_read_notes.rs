//! Who has read what of persons.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("read_note")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("account_id").uuid().not_null())
                    .col(ColumnDef::new("kind").text().not_null())
                    // none for all of them
                    .col(ColumnDef::new("org_code").text())
                    .col(ColumnDef::new("items").big_integer())
                    .col(ColumnDef::new("at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        for (name, column) in [
            ("read_note_by_account", "account_id"),
            ("read_note_by_place", "org_code"),
        ] {
            let index = Index::create()
                .name(name)
                .table("read_note")
                .col(column)
                .col("id")
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
