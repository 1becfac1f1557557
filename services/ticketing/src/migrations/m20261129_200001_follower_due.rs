//! What those who follow orders are to be told of (关注), and their list by order.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let due = Table::create()
            .table("follower_due")
            .col(ColumnDef::new("order_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("seq").big_integer().not_null())
            .col(ColumnDef::new("from_state").text().not_null())
            .col(ColumnDef::new("actor").uuid())
            .col(ColumnDef::new("behind").uuid())
            .to_owned();
        manager.create_table(due).await?;
        // pages of an order's followers; the index by order alone served counts only
        let paged = Index::create()
            .name("order_follower_by_order_account")
            .table("order_follower")
            .col("order_id")
            .col("account")
            .to_owned();
        manager.create_index(paged).await?;
        let by_order = Index::drop()
            .name("order_follower_by_order")
            .table("order_follower")
            .to_owned();
        manager.drop_index(by_order).await
    }
}
