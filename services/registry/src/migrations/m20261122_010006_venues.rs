//! Venues, their bookings, and the half hours that these take.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [venues(), bookings(), slots()] {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in [
            ("venue_by_place", "venue", ["org_code", "id"]),
            ("booking_by_account", "booking", ["account_id", "id"]),
            ("booking_by_venue", "booking", ["venue_id", "starts_at"]),
            (
                "booking_slot_by_booking",
                "booking_slot",
                ["booking_id", "slot"],
            ),
        ] {
            let [first, second] = columns;
            let index = Index::create()
                .name(name)
                .table(table)
                .col(first)
                .col(second)
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn venues() -> TableCreateStatement {
    Table::create()
        .table("venue")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("org_code").text().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("capacity").big_integer().not_null())
        .col(ColumnDef::new("open").boolean().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("updated_at").big_integer().not_null())
        .to_owned()
}

fn bookings() -> TableCreateStatement {
    Table::create()
        .table("booking")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("venue_id").uuid().not_null())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("starts_at").big_integer().not_null())
        .col(ColumnDef::new("ends_at").big_integer().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .to_owned()
}

/// The key is what forbids a second booking of the same half hour, on either engine.
fn slots() -> TableCreateStatement {
    Table::create()
        .table("booking_slot")
        .col(ColumnDef::new("venue_id").uuid().not_null())
        .col(ColumnDef::new("slot").big_integer().not_null())
        .col(ColumnDef::new("booking_id").uuid().not_null())
        .primary_key(Index::create().col("venue_id").col("slot"))
        .to_owned()
}
