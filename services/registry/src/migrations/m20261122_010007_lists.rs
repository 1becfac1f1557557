//! Entries of the four lists, and claims.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [entries(), claims()] {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in [
            (
                "list_entry_by_owner",
                "list_entry",
                &["owner_code", "id"][..],
            ),
            (
                "list_entry_by_kind",
                "list_entry",
                &["district", "kind", "state", "id"],
            ),
            (
                "list_entry_by_topic",
                "list_entry",
                &["district", "kind", "state", "topic", "id"],
            ),
            ("list_entry_by_end", "list_entry", &["state", "term_until"]),
            ("list_claim_by_wanted", "list_claim", &["wanted_id", "id"]),
            (
                "list_claim_by_resource",
                "list_claim",
                &["resource_id", "id"],
            ),
        ] {
            let mut index = Index::create().name(name).table(table).to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn entries() -> TableCreateStatement {
    Table::create()
        .table("list_entry")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("topic").text().not_null())
        // JSON: an array of words
        .col(ColumnDef::new("tags").text().not_null())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("detail").text().not_null())
        .col(ColumnDef::new("owner_code").text().not_null())
        .col(ColumnDef::new("place_code").text().not_null())
        // six digits, of the place
        .col(ColumnDef::new("district").text().not_null())
        .col(ColumnDef::new("quantity").big_integer())
        .col(ColumnDef::new("taken").big_integer().not_null())
        .col(ColumnDef::new("term_from").text())
        .col(ColumnDef::new("term_until").text())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("updated_at").big_integer().not_null())
        .to_owned()
}

fn claims() -> TableCreateStatement {
    Table::create()
        .table("list_claim")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("wanted_id").uuid().not_null())
        .col(ColumnDef::new("resource_id").uuid().not_null())
        .col(ColumnDef::new("asked_by").text().not_null())
        .col(ColumnDef::new("quantity").big_integer().not_null())
        .col(ColumnDef::new("state").text().not_null())
        // one at a time of the same two, as long as it lasts
        .col(ColumnDef::new("seat").text().unique_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("updated_at").big_integer().not_null())
        .to_owned()
}
