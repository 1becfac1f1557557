//! Who filed an order for somebody else; what was answered and acknowledged before it was opened.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("work_order")
            .add_column(ColumnDef::new("filed_by").uuid())
            .to_owned();
        manager.alter_table(add).await?;
        let intake = Table::create()
            .table("order_intake")
            .col(ColumnDef::new("order_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("answers").text().not_null())
            .col(ColumnDef::new("acknowledged").text().not_null())
            .to_owned();
        manager.create_table(intake).await
    }
}
