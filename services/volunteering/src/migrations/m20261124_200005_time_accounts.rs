//! Time accounts with their ledgers and reservations, and ratings of service.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        accounts(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("service_rating")
                    .col(ColumnDef::new("record_id").uuid().not_null())
                    .col(ColumnDef::new("rated_by").string_len(20).not_null())
                    .col(ColumnDef::new("number").big_integer().not_null())
                    .col(ColumnDef::new("latest").boolean().not_null())
                    .col(ColumnDef::new("volunteer").uuid().not_null())
                    .col(ColumnDef::new("score").big_integer().not_null())
                    .col(ColumnDef::new("rater").uuid().not_null())
                    .col(ColumnDef::new("at").big_integer().not_null())
                    .primary_key(
                        Index::create()
                            .col("record_id")
                            .col("rated_by")
                            .col("number"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("service_rating_by_volunteer")
                    .table("service_rating")
                    .col("volunteer")
                    .col("latest")
                    .to_owned(),
            )
            .await
    }
}

async fn accounts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("time_account")
                .col(ColumnDef::new("account").uuid().not_null().primary_key())
                .col(ColumnDef::new("spent").big_integer().not_null())
                .col(ColumnDef::new("reserved").big_integer().not_null())
                .col(ColumnDef::new("entries").big_integer().not_null())
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("time_entry")
                .col(ColumnDef::new("account").uuid().not_null())
                .col(ColumnDef::new("number").big_integer().not_null())
                .col(ColumnDef::new("kind").string_len(20).not_null())
                .col(ColumnDef::new("reservation_id").uuid().not_null())
                .col(ColumnDef::new("minutes").big_integer().not_null())
                .col(ColumnDef::new("by_account").uuid().not_null())
                .col(ColumnDef::new("at").big_integer().not_null())
                .primary_key(Index::create().col("account").col("number"))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("time_reservation")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(ColumnDef::new("account").uuid().not_null())
                .col(ColumnDef::new("org_path").text().not_null())
                .col(ColumnDef::new("minutes").big_integer().not_null())
                .col(ColumnDef::new("state").string_len(20).not_null())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("created_at").big_integer().not_null())
                .col(ColumnDef::new("updated_at").big_integer().not_null())
                .to_owned(),
        )
        .await
}
