//! Figures that are kept as orders change: what each order adds, the sums by place and day, and which orders are to be
//! looked at again.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [figure_due(), figure_order(), figure_cell(), figure_turn()] {
            manager.create_table(table).await?;
        }
        let by_day = Index::create()
            .name("figure_cell_by_day")
            .table("figure_cell")
            .col("scope_code")
            .col("dimension")
            .col("day")
            .to_owned();
        manager.create_index(by_day).await?;
        let connection = manager.get_connection();
        // one row, whose lock lets one process at a time add to the sums
        connection
            .execute_unprepared("INSERT INTO figure_turn (id, turns) VALUES (1, 0)")
            .await?;
        // orders that are there already are counted by the first turns
        let known = "INSERT INTO figure_due (order_id, seq, why) SELECT id, version, 'known' FROM work_order";
        connection.execute_unprepared(known).await?;
        Ok(())
    }
}

/// Written in the transaction that changes the order, so no change is ever missed; its rows live for a moment.
fn figure_due() -> TableCreateStatement {
    Table::create()
        .table("figure_due")
        .col(ColumnDef::new("order_id").uuid().not_null())
        .col(ColumnDef::new("seq").big_integer().not_null())
        .col(ColumnDef::new("why").text().not_null())
        .primary_key(Index::create().col("order_id").col("seq").col("why"))
        .to_owned()
}

/// What an order adds, and to which sums: so that it can be taken away again.
fn figure_order() -> TableCreateStatement {
    Table::create()
        .table("figure_order")
        .col(ColumnDef::new("order_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("day").text().not_null())
        .col(ColumnDef::new("scopes").text().not_null())
        .col(ColumnDef::new("facets").text().not_null())
        .col(ColumnDef::new("sums").text().not_null())
        .to_owned()
}

/// `cell_key` is the four columns behind it in one, for reading and writing many at once.
fn figure_cell() -> TableCreateStatement {
    Table::create()
        .table("figure_cell")
        .col(ColumnDef::new("cell_key").text().not_null().primary_key())
        .col(ColumnDef::new("scope_code").text().not_null())
        .col(ColumnDef::new("dimension").text().not_null())
        .col(ColumnDef::new("day").text().not_null())
        .col(ColumnDef::new("value").text().not_null())
        .col(ColumnDef::new("sums").text().not_null())
        .to_owned()
}

fn figure_turn() -> TableCreateStatement {
    Table::create()
        .table("figure_turn")
        .col(ColumnDef::new("id").big_integer().not_null().primary_key())
        .col(ColumnDef::new("turns").big_integer().not_null())
        .to_owned()
}
