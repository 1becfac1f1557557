//! The index of orders' words: newest orders by their terms, older ones in segments of bits.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [search_tail(), search_member(), search_slice()] {
            manager.create_table(table).await?;
        }
        let mut places = Index::create();
        places.name("search_member_by_place").table("search_member");
        places.col("place").unique();
        manager.create_index(places).await?;
        // orders that are there already: their terms are worked out when their turn comes
        let mut known = Query::select();
        known
            .column("id")
            .expr(Expr::val(Vec::<u8>::new()))
            .from("work_order");
        let mut all = Query::insert();
        all.into_table("search_tail").columns(["order_id", "terms"]);
        all.select_from(known)
            .map_err(|error| DbErr::Migration(error.to_string()))?;
        manager.execute(all).await
    }
}

/// Orders that are in no segment yet; `terms` is empty where they were not worked out.
fn search_tail() -> TableCreateStatement {
    Table::create()
        .table("search_tail")
        .col(ColumnDef::new("order_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("terms").binary().not_null())
        .to_owned()
}

/// Where the others are: the segment times its size, and the column.
fn search_member() -> TableCreateStatement {
    Table::create()
        .table("search_member")
        .col(ColumnDef::new("order_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("place").big_integer().not_null())
        .to_owned()
}

/// One slot of one segment: a bit for each of its orders.
fn search_slice() -> TableCreateStatement {
    Table::create()
        .table("search_slice")
        .col(ColumnDef::new("slot").integer().not_null())
        .col(ColumnDef::new("segment").big_integer().not_null())
        .col(ColumnDef::new("bits").binary().not_null())
        .primary_key(Index::create().col("slot").col("segment"))
        .to_owned()
}
