//! Answers to objections.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            ColumnDef::new("upheld").boolean(),
            ColumnDef::new("answer").text(),
            ColumnDef::new("answered_by").uuid(),
            ColumnDef::new("answered_at").big_integer(),
        ] {
            let add = Table::alter()
                .table("bulletin_objection")
                .add_column(column)
                .to_owned();
            manager.alter_table(add).await?;
        }
        Ok(())
    }
}
