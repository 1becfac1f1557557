//! Photos, publications, and which foreign message became which order.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            attachment(),
            publication(),
            publication_scope(),
            external_ref(),
        ] {
            manager.create_table(table).await?;
        }
        let of_order = Index::create()
            .name("attachment_by_order")
            .table("attachment")
            .col("order_id")
            .to_owned();
        manager.create_index(of_order).await?;
        let once = Index::create()
            .name("publication_by_order")
            .table("publication")
            .col("order_id")
            .unique()
            .to_owned();
        manager.create_index(once).await
    }
}

/// The bytes lie in the blob folder under the same id.
fn attachment() -> TableCreateStatement {
    Table::create()
        .table("attachment")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("order_id").uuid().not_null())
        .col(ColumnDef::new("account").uuid().not_null())
        .col(ColumnDef::new("round").big_integer().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("size").big_integer().not_null())
        .col(ColumnDef::new("width").big_integer().not_null())
        .col(ColumnDef::new("height").big_integer().not_null())
        .col(ColumnDef::new("digest").text().not_null())
        .col(ColumnDef::new("at").big_integer().not_null())
        .to_owned()
}

fn publication() -> TableCreateStatement {
    Table::create()
        .table("publication")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("order_id").uuid().not_null())
        .col(ColumnDef::new("number").text().not_null())
        .col(ColumnDef::new("org_code").text().not_null())
        .col(ColumnDef::new("org_path").text().not_null())
        .col(ColumnDef::new("org_name").text().not_null())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("summary").text().not_null())
        .col(ColumnDef::new("workflow").text().not_null())
        .col(ColumnDef::new("category").text())
        .col(ColumnDef::new("rounds").big_integer().not_null())
        .col(ColumnDef::new("votes").big_integer().not_null())
        .col(ColumnDef::new("solved").big_integer().not_null())
        .col(ColumnDef::new("score_mean_x100").big_integer())
        .col(ColumnDef::new("handled_minutes").big_integer().not_null())
        .col(ColumnDef::new("published_at").big_integer().not_null())
        .col(ColumnDef::new("approved_by").uuid())
        .to_owned()
}

/// One row for every node above the place; the city's is `/`.
fn publication_scope() -> TableCreateStatement {
    Table::create()
        .table("publication_scope")
        .col(ColumnDef::new("scope_code").text().not_null())
        .col(ColumnDef::new("publication_id").uuid().not_null())
        .primary_key(Index::create().col("scope_code").col("publication_id"))
        .to_owned()
}

fn external_ref() -> TableCreateStatement {
    Table::create()
        .table("external_ref")
        .col(ColumnDef::new("channel").text().not_null())
        .col(ColumnDef::new("external_id").text().not_null())
        .col(ColumnDef::new("order_id").uuid().not_null())
        .primary_key(Index::create().col("channel").col("external_id"))
        .to_owned()
}
