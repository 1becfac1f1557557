//! Positions of group tasks, and who fills them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let positions = Table::alter()
            .table("task")
            .add_column(ColumnDef::new("positions").text())
            .to_owned();
        manager.alter_table(positions).await?;
        manager
            .create_table(
                Table::create()
                    .table("task_place")
                    .col(ColumnDef::new("task_id").uuid().not_null())
                    .col(ColumnDef::new("account").uuid().not_null())
                    .col(ColumnDef::new("position").big_integer().not_null())
                    .col(ColumnDef::new("state").text().not_null())
                    .col(ColumnDef::new("ticket").big_integer().not_null())
                    .col(ColumnDef::new("since").big_integer().not_null())
                    .primary_key(Index::create().col("task_id").col("account"))
                    .to_owned(),
            )
            .await?;
        for (name, columns) in [
            ("task_place_by_account", ["account", "task_id"]),
            ("task_place_by_state", ["account", "state"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("task_place");
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
