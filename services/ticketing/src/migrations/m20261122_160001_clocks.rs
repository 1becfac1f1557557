//! Levels of clocks, supervision, and the calendars of districts.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            ColumnDef::new("wake_at").big_integer().to_owned(),
            flag("supervised"),
            flag("life_safety"),
        ] {
            let add = Table::alter()
                .table("work_order")
                .add_column(column)
                .to_owned();
            manager.alter_table(add).await?;
        }
        let wake = Query::update()
            .table("work_order")
            .value("wake_at", Expr::col("due_at"))
            .and_where(Expr::col("overdue").eq(false))
            .to_owned();
        manager.execute(wake).await?;
        // what the sweep looks for is when the next level of an order is reached, no longer its due time
        let old = Index::drop()
            .name("work_order_by_due_at")
            .table("work_order")
            .to_owned();
        manager.drop_index(old).await?;
        let wake = Index::create()
            .name("work_order_by_wake_at")
            .table("work_order")
            .col("wake_at")
            .to_owned();
        manager.create_index(wake).await?;
        manager.create_table(calendar()).await?;
        manager.create_table(recount()).await
    }
}

fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name)
        .boolean()
        .not_null()
        .default(false)
        .to_owned()
}

/// Every version of a district's calendar is kept: it says why limits ended when they did.
fn calendar() -> TableCreateStatement {
    Table::create()
        .table("calendar")
        .col(ColumnDef::new("district").text().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("body").text().not_null())
        .col(ColumnDef::new("reason").text().not_null())
        .col(ColumnDef::new("author").uuid().not_null())
        .col(ColumnDef::new("at").big_integer().not_null())
        .primary_key(Index::create().col("district").col("version"))
        .to_owned()
}

/// Corrections of calendars that running orders have yet to follow.
fn recount() -> TableCreateStatement {
    Table::create()
        .table("recount")
        .col(ColumnDef::new("district").text().not_null().primary_key())
        .col(ColumnDef::new("version").big_integer().not_null())
        // processes keep a calendar for a moment: all know the new one by then
        .col(ColumnDef::new("not_before").big_integer().not_null())
        // the state whose orders follow now, and the last one that has
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("after").uuid())
        .to_owned()
}
