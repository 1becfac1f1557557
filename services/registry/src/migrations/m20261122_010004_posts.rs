//! Who holds which post where.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("post")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("kind").text().not_null())
                    .col(ColumnDef::new("org_code").text().not_null())
                    .col(ColumnDef::new("account_id").uuid().not_null())
                    .col(ColumnDef::new("state").text().not_null())
                    .col(ColumnDef::new("since").text().not_null())
                    .col(ColumnDef::new("term_until").text())
                    .col(ColumnDef::new("left_because").text())
                    // what nobody else may hold meanwhile; none once it is left
                    .col(ColumnDef::new("seat").text())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("updated_at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        for (name, columns, unique) in [
            ("post_by_seat", &["seat"][..], true),
            ("post_by_place", &["org_code", "id"], false),
            (
                "post_by_place_and_kind",
                &["org_code", "kind", "state"],
                false,
            ),
            ("post_by_account", &["account_id", "id"], false),
        ] {
            let mut index = Index::create().name(name).table("post").to_owned();
            for column in columns {
                index.col(*column);
            }
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
