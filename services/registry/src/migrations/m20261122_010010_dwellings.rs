//! Shapes of buildings, references of households, and what a compound has.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [buildings(), households(), counts()] {
            manager.create_table(table).await?;
        }
        let by_compound = Index::create()
            .name("building_by_compound")
            .table("building")
            .col("compound_code")
            .col("code")
            .to_owned();
        manager.create_index(by_compound).await
    }
}

fn buildings() -> TableCreateStatement {
    Table::create()
        .table("building")
        .col(ColumnDef::new("code").text().not_null().primary_key())
        .col(ColumnDef::new("compound_code").text().not_null())
        .col(ColumnDef::new("units").big_integer().not_null())
        .col(ColumnDef::new("floors").big_integer().not_null())
        .col(ColumnDef::new("rooms_per_unit").big_integer().not_null())
        .col(ColumnDef::new("households").big_integer().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("updated_at").big_integer().not_null())
        .to_owned()
}

/// A household is a room and perhaps a number of people: nothing here says who they are.
fn households() -> TableCreateStatement {
    Table::create()
        .table("household")
        .col(ColumnDef::new("building_code").text().not_null())
        .col(ColumnDef::new("room").text().not_null())
        .col(ColumnDef::new("persons").big_integer())
        .primary_key(Index::create().col("building_code").col("room"))
        .to_owned()
}

fn counts() -> TableCreateStatement {
    Table::create()
        .table("dwelling_count")
        .col(
            ColumnDef::new("compound_code")
                .text()
                .not_null()
                .primary_key(),
        )
        .col(ColumnDef::new("buildings").big_integer().not_null())
        .col(ColumnDef::new("units").big_integer().not_null())
        .col(ColumnDef::new("rooms").big_integer().not_null())
        .col(ColumnDef::new("households").big_integer().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("updated_at").big_integer().not_null())
        .to_owned()
}
