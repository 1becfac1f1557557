//! Hours of a person within a span, as the view of fairness adds them up.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, columns) in [
            (
                "service_hours_by_time",
                "service_hours",
                ["volunteer", "began_at"],
            ),
            (
                "task_invitation_by_time",
                "task_invitation",
                ["account", "created_at"],
            ),
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
