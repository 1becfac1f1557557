//! Where grids lie, as registry told (网格), and in which of them orders are.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut shape = Table::create()
            .table("grid_shape")
            .col(ColumnDef::new("code").text().not_null().primary_key())
            .col(ColumnDef::new("district").text().not_null())
            .col(ColumnDef::new("version").big_integer().not_null())
            .to_owned();
        for side in ["west", "south", "east", "north", "area"] {
            shape.col(ColumnDef::new(side).double().not_null());
        }
        shape.col(ColumnDef::new("rings").text().not_null());
        manager.create_table(shape).await?;
        let by_district = Index::create()
            .name("grid_shape_by_district")
            .table("grid_shape")
            .col("district")
            .to_owned();
        manager.create_index(by_district).await?;
        let due = Table::create()
            .table("grid_due")
            .col(ColumnDef::new("order_id").uuid().not_null().primary_key())
            .to_owned();
        manager.create_table(due).await?;
        let found = Table::create()
            .table("order_grid")
            .col(ColumnDef::new("order_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("grid_code").text().not_null())
            .to_owned();
        manager.create_table(found).await
    }
}
