//! Callbacks that reached nobody, and the links of messages by which who asked answers without an account.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tries = ColumnDef::new("callback_tries")
            .text()
            .not_null()
            .default("[]")
            .to_owned();
        let add = Table::alter()
            .table("work_order")
            .add_column(tries)
            .to_owned();
        manager.alter_table(add).await?;
        // one link of an order at a time: another one takes its place
        let link = Table::create()
            .table("callback_link")
            .col(ColumnDef::new("order_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("token_hash").text().not_null())
            .col(ColumnDef::new("round").big_integer().not_null())
            .col(ColumnDef::new("expires_at").big_integer().not_null())
            .to_owned();
        manager.create_table(link).await?;
        for (name, column, unique) in [
            ("callback_link_by_hash", "token_hash", true),
            ("callback_link_by_expiry", "expires_at", false),
        ] {
            let mut index = Index::create();
            index.name(name).table("callback_link").col(column);
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
