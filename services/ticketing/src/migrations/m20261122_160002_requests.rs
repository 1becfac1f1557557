//! Side requests, where they are waited for, and the figures from which orders are left out.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [side_request(), request_scope(), order_exclusion()] {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in [
            (
                "side_request_by_order",
                "side_request",
                &["order_id", "id"][..],
            ),
            ("side_request_by_wake_at", "side_request", &["wake_at"]),
            (
                "request_scope_by_state",
                "request_scope",
                &["scope_code", "state", "request_id"],
            ),
            (
                "request_scope_by_kind",
                "request_scope",
                &["scope_code", "kind", "state", "request_id"],
            ),
            ("request_scope_by_request", "request_scope", &["request_id"]),
        ] {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn side_request() -> TableCreateStatement {
    Table::create()
        .table("side_request")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("order_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("number").big_integer().not_null())
        .col(ColumnDef::new("ask").text().not_null())
        .col(ColumnDef::new("reason").text().not_null())
        .col(ColumnDef::new("applicant").uuid().not_null())
        .col(ColumnDef::new("unit_code").text())
        .col(ColumnDef::new("decided_by").uuid())
        .col(ColumnDef::new("note").text())
        .col(ColumnDef::new("named_unit").text())
        // whether a conference decided: its decision is a precedent
        .col(ColumnDef::new("conference").boolean().not_null())
        .col(ColumnDef::new("review_at").big_integer())
        .col(ColumnDef::new("wake_at").big_integer())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("updated_at").big_integer().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .to_owned()
}

/// One row for every node above the place of the order, the root (`/`) included.
fn request_scope() -> TableCreateStatement {
    Table::create()
        .table("request_scope")
        .col(ColumnDef::new("scope_code").text().not_null())
        .col(ColumnDef::new("request_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .primary_key(Index::create().col("scope_code").col("request_id"))
        .to_owned()
}

/// An order that a figure does not count (剔除): the order itself is untouched.
fn order_exclusion() -> TableCreateStatement {
    Table::create()
        .table("order_exclusion")
        .col(ColumnDef::new("order_id").uuid().not_null())
        .col(ColumnDef::new("metric").text().not_null())
        .col(ColumnDef::new("request_id").uuid().not_null())
        .col(ColumnDef::new("at").big_integer().not_null())
        .primary_key(Index::create().col("order_id").col("metric"))
        .to_owned()
}
