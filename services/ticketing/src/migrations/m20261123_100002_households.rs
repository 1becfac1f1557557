//! Which residents live together, with the history that recorded draws need; the households drawn for an order.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drawn = ColumnDef::new("panel_households")
            .text()
            .not_null()
            .default("[]")
            .to_owned();
        let add = Table::alter()
            .table("work_order")
            .add_column(drawn)
            .to_owned();
        manager.alter_table(add).await?;
        // since and until count the changes of the holders' projection, as the rows of holders do
        let member = Table::create()
            .table("household_member")
            .col(ColumnDef::new("account").uuid().not_null())
            .col(ColumnDef::new("since").big_integer().not_null())
            .col(ColumnDef::new("until").big_integer().not_null())
            .col(ColumnDef::new("org_code").text().not_null())
            .col(ColumnDef::new("reference").text().not_null())
            .primary_key(Index::create().col("account").col("since"))
            .to_owned();
        manager.create_table(member).await?;
        let index = Index::create()
            .name("household_member_by_place")
            .table("household_member")
            .col("org_code")
            .col("until")
            .col("reference")
            .col("account")
            .to_owned();
        manager.create_index(index).await
    }
}
