//! Sums of voluntary service by place and day, the changes that wait to be added, and where each volunteer stands.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("service_figure_change")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("org_path").text().not_null())
                    .col(ColumnDef::new("day").big_integer().not_null())
                    .col(ColumnDef::new("measure").text().not_null())
                    .col(ColumnDef::new("kind").text().not_null())
                    .col(ColumnDef::new("amount").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("service_figure")
                    .col(ColumnDef::new("scope_code").text().not_null())
                    .col(ColumnDef::new("day").big_integer().not_null())
                    .col(ColumnDef::new("measure").text().not_null())
                    .col(ColumnDef::new("kind").text().not_null())
                    .col(ColumnDef::new("amount").big_integer().not_null())
                    .primary_key(
                        Index::create()
                            .col("scope_code")
                            .col("day")
                            .col("measure")
                            .col("kind"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("volunteer_standing")
                    .col(ColumnDef::new("account").uuid().not_null().primary_key())
                    .col(ColumnDef::new("home").text().not_null())
                    .col(ColumnDef::new("last_day").big_integer())
                    .col(ColumnDef::new("stars").big_integer().not_null())
                    .col(ColumnDef::new("minutes").big_integer().not_null())
                    .to_owned(),
            )
            .await
    }
}
