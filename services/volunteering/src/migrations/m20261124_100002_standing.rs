//! Who may take tasks, who was invited to, and how load and chances are spread.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("task_invitation")
                    .col(ColumnDef::new("task_id").uuid().not_null())
                    .col(ColumnDef::new("account").uuid().not_null())
                    .col(ColumnDef::new("state").text().not_null())
                    .col(ColumnDef::new("invited_by").uuid().not_null())
                    .col(ColumnDef::new("until").big_integer().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("updated_at").big_integer().not_null())
                    .primary_key(Index::create().col("task_id").col("account"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("task_claimant")
                    .col(ColumnDef::new("account").uuid().not_null().primary_key())
                    .col(ColumnDef::new("claims").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("task_watch")
                    .col(ColumnDef::new("task_id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("claimed_at").big_integer().not_null())
                    .col(ColumnDef::new("due_at").big_integer().not_null())
                    .col(ColumnDef::new("reminded").boolean().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("task_watch_by_due")
                    .table("task_watch")
                    .col("due_at")
                    .to_owned(),
            )
            .await?;
        for (name, table, columns) in [
            (
                "task_invitation_by_account",
                "task_invitation",
                ["account", "task_id"],
            ),
            ("claim_log_by_account", "claim_log", ["account", "at"]),
            (
                "task_by_claimant_and_state",
                "task",
                ["claimed_by", "state"],
            ),
            ("task_by_claim", "task", ["state", "claimed_at"]),
        ] {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
