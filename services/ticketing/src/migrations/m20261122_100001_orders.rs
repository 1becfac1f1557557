//! Orders, the places they show up in, their timeline, draws and votes.

use sea_orm_migration::prelude::*;
use store::partitions;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [work_order(), order_scope(), overdue_scope()] {
            manager.create_table(table).await?;
        }
        partitions::create_table(manager, ("order_event", "order_id"), order_event()).await?;
        for table in [panel_draw(), panel_seat(), vote()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn work_order() -> TableCreateStatement {
    Table::create()
        .table("work_order")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("number").text().not_null())
        .col(ColumnDef::new("workflow").text().not_null())
        .col(ColumnDef::new("workflow_version").big_integer().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("round").big_integer().not_null())
        .col(ColumnDef::new("first_round").big_integer().not_null())
        .col(ColumnDef::new("org_code").text().not_null())
        .col(ColumnDef::new("org_path").text().not_null())
        .col(ColumnDef::new("org_name").text().not_null())
        .col(ColumnDef::new("unit_path").text())
        .col(ColumnDef::new("unit_name").text())
        .col(ColumnDef::new("routing_reason").text())
        .col(ColumnDef::new("requester").uuid())
        .col(ColumnDef::new("assignee").uuid())
        .col(ColumnDef::new("handlers").text().not_null())
        .col(ColumnDef::new("panel").text().not_null())
        .col(ColumnDef::new("votes").text().not_null())
        .col(ColumnDef::new("task_open").boolean().not_null())
        .col(ColumnDef::new("confidential").boolean().not_null())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("content").text().not_null())
        .col(ColumnDef::new("category").text())
        .col(ColumnDef::new("category_reason").text())
        .col(ColumnDef::new("channel").text().not_null())
        .col(ColumnDef::new("lon").double())
        .col(ColumnDef::new("lat").double())
        .col(ColumnDef::new("clocks").text().not_null())
        .col(ColumnDef::new("due_at").big_integer())
        .col(ColumnDef::new("overdue").boolean().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("updated_at").big_integer().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .to_owned()
}

/// One row for every node above the order's place or unit, the root (`/`) included.
fn order_scope() -> TableCreateStatement {
    Table::create()
        .table("order_scope")
        .col(ColumnDef::new("scope_code").text().not_null())
        .col(ColumnDef::new("order_id").uuid().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .primary_key(Index::create().col("scope_code").col("order_id"))
        .to_owned()
}

/// Rows exist only while an order is flagged overdue.
fn overdue_scope() -> TableCreateStatement {
    Table::create()
        .table("overdue_scope")
        .col(ColumnDef::new("scope_code").text().not_null())
        .col(ColumnDef::new("order_id").uuid().not_null())
        .primary_key(Index::create().col("scope_code").col("order_id"))
        .to_owned()
}

/// Append-only; `seq` is the version that the order had afterwards.
fn order_event() -> TableCreateStatement {
    Table::create()
        .table("order_event")
        .col(ColumnDef::new("order_id").uuid().not_null())
        .col(ColumnDef::new("seq").big_integer().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("action").text().not_null())
        .col(ColumnDef::new("from_state").text().not_null())
        .col(ColumnDef::new("to_state").text().not_null())
        .col(ColumnDef::new("round").big_integer().not_null())
        .col(ColumnDef::new("actor").uuid())
        .col(ColumnDef::new("capacity").text().not_null())
        .col(ColumnDef::new("input").text().not_null())
        .col(ColumnDef::new("facts").text().not_null())
        // what figures count, so that no query reads JSON
        .col(ColumnDef::new("late").boolean().not_null())
        .col(ColumnDef::new("reached").boolean())
        .col(ColumnDef::new("solved").boolean())
        .col(ColumnDef::new("score").big_integer())
        .col(ColumnDef::new("at").big_integer().not_null())
        .primary_key(Index::create().col("order_id").col("seq"))
        .to_owned()
}

fn panel_draw() -> TableCreateStatement {
    Table::create()
        .table("panel_draw")
        .col(ColumnDef::new("order_id").uuid().not_null())
        .col(ColumnDef::new("round").big_integer().not_null())
        .col(ColumnDef::new("algorithm").text().not_null())
        .col(ColumnDef::new("seed").text().not_null())
        .col(ColumnDef::new("scope_code").text().not_null())
        .col(ColumnDef::new("as_of").big_integer().not_null())
        .col(ColumnDef::new("candidate_count").big_integer().not_null())
        .col(ColumnDef::new("candidates_digest").text().not_null())
        .col(ColumnDef::new("excluded").text().not_null())
        .col(ColumnDef::new("drawn").text().not_null())
        .col(ColumnDef::new("at").big_integer().not_null())
        .primary_key(Index::create().col("order_id").col("round"))
        .to_owned()
}

fn panel_seat() -> TableCreateStatement {
    Table::create()
        .table("panel_seat")
        .col(ColumnDef::new("account").uuid().not_null())
        .col(ColumnDef::new("order_id").uuid().not_null())
        .col(ColumnDef::new("round").big_integer().not_null())
        .primary_key(Index::create().col("account").col("order_id").col("round"))
        .to_owned()
}

fn vote() -> TableCreateStatement {
    Table::create()
        .table("vote")
        .col(ColumnDef::new("order_id").uuid().not_null())
        .col(ColumnDef::new("round").big_integer().not_null())
        .col(ColumnDef::new("account").uuid().not_null())
        .col(ColumnDef::new("score").big_integer().not_null())
        .col(ColumnDef::new("solved").boolean().not_null())
        .col(ColumnDef::new("comment").text())
        .col(ColumnDef::new("at").big_integer().not_null())
        .primary_key(Index::create().col("order_id").col("round").col("account"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &'static str, table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in columns {
            index.col(*column);
        }
        index
    };
    let mut number = index("work_order_by_number", "work_order", &["number"]);
    number.unique();
    vec![
        number,
        index(
            "work_order_by_requester",
            "work_order",
            &["requester", "id"],
        ),
        index("work_order_by_assignee", "work_order", &["assignee", "id"]),
        index("work_order_by_due_at", "work_order", &["overdue", "due_at"]),
        index(
            "work_order_by_updated_at",
            "work_order",
            &["updated_at", "id"],
        ),
        index(
            "order_scope_by_state",
            "order_scope",
            &["scope_code", "state", "order_id"],
        ),
        index(
            "order_scope_by_created_at",
            "order_scope",
            &["scope_code", "created_at"],
        ),
        index("order_scope_by_order", "order_scope", &["order_id"]),
        index("overdue_scope_by_order", "overdue_scope", &["order_id"]),
    ]
}
