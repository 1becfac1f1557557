//! Exports of orders: the jobs, and what is made of them page by page.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let job = Table::create()
            .table("order_export")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("account").uuid().not_null())
            .col(ColumnDef::new("state").text().not_null())
            // the wanted form, range and filter
            .col(ColumnDef::new("wanted").text().not_null())
            .col(ColumnDef::new("reason").text().not_null())
            .col(ColumnDef::new("rows_made").big_integer().not_null())
            .col(ColumnDef::new("parts").big_integer().not_null())
            // the last order of the page before
            .col(ColumnDef::new("behind").uuid())
            .col(ColumnDef::new("failures").big_integer().not_null())
            .col(ColumnDef::new("created_at").big_integer().not_null())
            .col(ColumnDef::new("updated_at").big_integer().not_null())
            .col(ColumnDef::new("expires_at").big_integer().not_null())
            .col(ColumnDef::new("version").big_integer().not_null())
            .to_owned();
        manager.create_table(job).await?;
        let part = Table::create()
            .table("order_export_part")
            .col(ColumnDef::new("export_id").uuid().not_null())
            .col(ColumnDef::new("number").big_integer().not_null())
            .col(ColumnDef::new("body").text().not_null())
            .primary_key(Index::create().col("export_id").col("number"))
            .to_owned();
        manager.create_table(part).await?;
        for (name, columns) in [
            ("order_export_by_account", ["account", "id"]),
            ("order_export_by_state", ["state", "updated_at"]),
            ("order_export_by_expiry", ["expires_at", "id"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("order_export");
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
