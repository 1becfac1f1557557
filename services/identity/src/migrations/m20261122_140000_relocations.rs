//! Organisations that were moved, until everything at them has followed; and how long contacts stay.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let relocation = Table::create()
            .table("relocation")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("code").text().not_null())
            .col(ColumnDef::new("to_path").text().not_null())
            // the table that follows now, and its last row that has been looked at
            .col(ColumnDef::new("stage").text().not_null())
            .col(ColumnDef::new("after").uuid())
            .to_owned();
        manager.create_table(relocation).await?;
        let kept_until = Table::alter()
            .table("contact")
            .add_column(ColumnDef::new("kept_until").big_integer())
            .to_owned();
        manager.alter_table(kept_until).await?;
        // three years, as the register of personal fields says
        let three_years = "UPDATE contact SET kept_until = created_at + 94608000000000 \
                           WHERE owner_id IS NULL";
        let connection = manager.get_connection();
        connection.execute_unprepared(three_years).await?;
        let by_end = Index::create()
            .name("contact_by_end")
            .table("contact")
            .col("kept_until")
            .to_owned();
        manager.create_index(by_end).await
    }
}
