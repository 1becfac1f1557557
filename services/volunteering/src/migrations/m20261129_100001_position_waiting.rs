//! Waiting lists of positions of group tasks, and for whom a place is kept.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let leading = || {
            let mut column = ColumnDef::new("position");
            column.big_integer().not_null().default(0);
            column
        };
        for (table, mut column) in [
            ("task_waiting", leading()),
            ("task_invitation", leading()),
            (
                "task_place",
                ColumnDef::new("until").big_integer().to_owned(),
            ),
        ] {
            let added = Table::alter()
                .table(table)
                .add_column(&mut column)
                .to_owned();
            manager.alter_table(added).await?;
        }
        let mut index = Index::create();
        index
            .name("task_place_by_end")
            .table("task_place")
            .col("until");
        manager.create_index(index).await
    }
}
