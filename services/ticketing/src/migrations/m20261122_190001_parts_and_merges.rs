//! Parts of assisting units and where they are waited for; orders that became part of others, and those split off.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("work_order", list("parts")),
            ("work_order", list("joint_requesters")),
            (
                "work_order",
                ColumnDef::new("merged_into").uuid().to_owned(),
            ),
            ("work_order", ColumnDef::new("split_from").uuid().to_owned()),
            // the merged order from which a photo came
            ("attachment", ColumnDef::new("came_from").uuid().to_owned()),
        ] {
            let add = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        manager.create_table(part_scope()).await?;
        manager.create_table(order_merge()).await?;
        for (name, table, columns) in [
            (
                "part_scope_by_state",
                "part_scope",
                &["scope_code", "state", "order_id", "number"][..],
            ),
            ("part_scope_by_order", "part_scope", &["order_id"]),
            (
                "order_merge_by_survivor",
                "order_merge",
                &["survivor_id", "order_id"],
            ),
            (
                "work_order_by_split_from",
                "work_order",
                &["split_from", "id"],
            ),
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

/// A list in JSON, empty for the orders of before.
fn list(name: &'static str) -> ColumnDef {
    ColumnDef::new(name)
        .text()
        .not_null()
        .default("[]")
        .to_owned()
}

/// One row for every node above the assisting unit, the root (`/`) included.
fn part_scope() -> TableCreateStatement {
    Table::create()
        .table("part_scope")
        .col(ColumnDef::new("scope_code").text().not_null())
        .col(ColumnDef::new("order_id").uuid().not_null())
        .col(ColumnDef::new("number").big_integer().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .primary_key(
            Index::create()
                .col("scope_code")
                .col("order_id")
                .col("number"),
        )
        .to_owned()
}

/// What a merge has changed: there as long as the orders are merged.
fn order_merge() -> TableCreateStatement {
    Table::create()
        .table("order_merge")
        .col(ColumnDef::new("order_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("survivor_id").uuid().not_null())
        // the version that the survivor had afterwards: what came later has moved it on
        .col(ColumnDef::new("survivor_seq").big_integer().not_null())
        .col(ColumnDef::new("body").text().not_null())
        .col(ColumnDef::new("reason").text().not_null())
        .col(ColumnDef::new("merged_by").uuid().not_null())
        .col(ColumnDef::new("at").big_integer().not_null())
        .to_owned()
}
