//! The access log and the end of its chain.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("access_log")
                    .col(ColumnDef::new("seq").big_integer().not_null().primary_key())
                    .col(ColumnDef::new("at").big_integer().not_null())
                    .col(ColumnDef::new("account_id").uuid())
                    .col(ColumnDef::new("operation").text().not_null())
                    .col(ColumnDef::new("subject").text().not_null())
                    .col(ColumnDef::new("result").text().not_null())
                    .col(ColumnDef::new("source").text().not_null())
                    .col(ColumnDef::new("trace_id").text().not_null())
                    .col(ColumnDef::new("digest").text().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("access_log_by_account")
                    .table("access_log")
                    .col("account_id")
                    .col("seq")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("access_log_head")
                    .col(ColumnDef::new("id").big_integer().not_null().primary_key())
                    .col(ColumnDef::new("seq").big_integer().not_null())
                    .col(ColumnDef::new("digest").text().not_null())
                    .to_owned(),
            )
            .await?;
        let head = Query::insert()
            .into_table("access_log_head")
            .columns(["id", "seq", "digest"])
            .values_panic([1.into(), 0.into(), "".into()])
            .to_owned();
        manager.exec_stmt(head).await
    }
}
