//! Whether somebody has appealed against being noted as absent: once for each absence.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let appealed = ColumnDef::new("appealed")
            .boolean()
            .not_null()
            .default(false)
            .to_owned();
        let added = Table::alter()
            .table("sign_up")
            .add_column(appealed)
            .to_owned();
        manager.alter_table(added).await?;
        manager
            .get_connection()
            .execute_unprepared("UPDATE sign_up SET appealed = TRUE WHERE state = 'appealed'")
            .await?;
        Ok(())
    }
}
