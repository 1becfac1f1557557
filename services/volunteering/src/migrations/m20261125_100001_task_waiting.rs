//! Waiting lists of tasks, and for whom a task is kept.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in [
            ("task", ColumnDef::new("held_for").uuid().to_owned()),
            (
                "task",
                ColumnDef::new("held_until").big_integer().to_owned(),
            ),
            (
                "task",
                ColumnDef::new("list_until").big_integer().to_owned(),
            ),
            (
                "task_invitation",
                ColumnDef::new("origin")
                    .text()
                    .not_null()
                    .default("dispatcher")
                    .to_owned(),
            ),
        ] {
            let added = Table::alter()
                .table(table)
                .add_column(&mut column)
                .to_owned();
            manager.alter_table(added).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("task_waiting")
                    .col(ColumnDef::new("task_id").uuid().not_null())
                    .col(ColumnDef::new("account").uuid().not_null())
                    .col(ColumnDef::new("ticket").big_integer().not_null())
                    .col(ColumnDef::new("joined_at").big_integer().not_null())
                    .primary_key(Index::create().col("task_id").col("account"))
                    .to_owned(),
            )
            .await?;
        for (name, table, columns) in [
            (
                "task_waiting_by_ticket",
                "task_waiting",
                &["task_id", "ticket"][..],
            ),
            ("task_by_hold", "task", &["held_until"]),
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
