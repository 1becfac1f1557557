//! What has begun and ended is found by an index, and told; who ended a guardianship says why.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let told = Table::alter()
            .table("account_grant")
            .add_column(ColumnDef::new("told_at").big_integer())
            .to_owned();
        manager.alter_table(told).await?;
        // those of before were told when they were made, whenever they begin
        let known = Query::update()
            .table("account_grant")
            .value("told_at", Expr::col("created_at"))
            .to_owned();
        manager.exec_stmt(known).await?;
        let reason = Table::alter()
            .table("guardianship")
            .add_column(ColumnDef::new("end_reason").text())
            .to_owned();
        manager.alter_table(reason).await?;
        for (name, table, columns) in [
            // what has ended stays for the record: what counts is found beside it
            (
                "account_grant_by_end",
                "account_grant",
                ["revoked_at", "valid_until"],
            ),
            (
                "account_grant_by_begin",
                "account_grant",
                ["told_at", "valid_from"],
            ),
            (
                "account_grant_by_certification",
                "account_grant",
                ["revoked_at", "certified_until"],
            ),
            ("session_by_revocation", "session", ["revoked_at", "id"]),
            ("session_by_rotation", "session", ["rotated_at", "id"]),
        ] {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        let before = Index::drop()
            .name("account_grant_by_certified_until")
            .table("account_grant")
            .to_owned();
        manager.drop_index(before).await
    }
}
