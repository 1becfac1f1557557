//! Who follows which order.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("order_follower")
            .col(ColumnDef::new("account").uuid().not_null())
            .col(ColumnDef::new("order_id").uuid().not_null())
            .col(ColumnDef::new("at").big_integer().not_null())
            .primary_key(Index::create().col("account").col("order_id"))
            .to_owned();
        manager.create_table(table).await?;
        let by_order = Index::create()
            .name("order_follower_by_order")
            .table("order_follower")
            .col("order_id")
            .to_owned();
        manager.create_index(by_order).await
    }
}
