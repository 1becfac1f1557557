//! What this service knows of organisations and of who holds a role where, from events.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [org(), holder_scope(), projection()] {
            manager.create_table(table).await?;
        }
        let by_role = Index::create()
            .name("holder_scope_by_role")
            .table("holder_scope")
            .col("scope_code")
            .col("role")
            .to_owned();
        manager.create_index(by_role).await
    }
}

fn org() -> TableCreateStatement {
    Table::create()
        .table("org")
        .col(ColumnDef::new("code").text().not_null().primary_key())
        .col(ColumnDef::new("path").text().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .to_owned()
}

/// One row per grant and node above its place. Rows are ended, not removed: a recorded draw stays
/// re-computable from the holders of its time.
fn holder_scope() -> TableCreateStatement {
    Table::create()
        .table("holder_scope")
        .col(ColumnDef::new("grant_id").uuid().not_null())
        .col(ColumnDef::new("scope_code").text().not_null())
        .col(ColumnDef::new("role").text().not_null())
        .col(ColumnDef::new("account").uuid().not_null())
        .col(ColumnDef::new("since").big_integer().not_null())
        .col(ColumnDef::new("until").big_integer().not_null())
        .primary_key(Index::create().col("grant_id").col("scope_code"))
        .to_owned()
}

/// Counts the changes of a projection.
fn projection() -> TableCreateStatement {
    Table::create()
        .table("projection")
        .col(ColumnDef::new("name").text().not_null().primary_key())
        .col(ColumnDef::new("changes").big_integer().not_null())
        .to_owned()
}
