//! What lies directly below an organisation, without looking through all below it.

use sea_orm_migration::prelude::*;

use crate::store::orgs::PARENT_OF_PATH;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("org")
            .add_column(ColumnDef::new("parent_path").text().not_null().default("/"))
            .to_owned();
        manager.alter_table(add).await?;
        let connection = manager.get_connection();
        let known = format!("UPDATE org SET parent_path = {PARENT_OF_PATH}");
        connection.execute_unprepared(&known).await?;
        let by_parent = Index::create()
            .name("org_by_parent")
            .table("org")
            .col("parent_path")
            .col("kind")
            .col("code")
            .to_owned();
        manager.create_index(by_parent).await
    }
}
