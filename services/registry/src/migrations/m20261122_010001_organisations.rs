//! The organisation tree and the pairs of characters that its names are found by.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("organisation")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("code").text().not_null())
                    .col(ColumnDef::new("path").text().not_null())
                    .col(ColumnDef::new("parent_code").text())
                    .col(ColumnDef::new("kind").text().not_null())
                    .col(ColumnDef::new("name").text().not_null())
                    .col(ColumnDef::new("folded_name").text().not_null())
                    .col(ColumnDef::new("sort_key").text().not_null())
                    .col(ColumnDef::new("valid_from").big_integer().not_null())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("updated_at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        for (name, columns, unique) in [
            ("organisation_by_code", &["code"][..], true),
            ("organisation_by_path", &["path"], true),
            ("organisation_by_sort_key", &["sort_key"], true),
            (
                "organisation_by_parent",
                &["parent_code", "sort_key"],
                false,
            ),
            ("organisation_by_kind", &["kind", "sort_key"], false),
            // without it the index by kind would be walked for the few children of one node
            (
                "organisation_by_parent_and_kind",
                &["parent_code", "kind", "sort_key"],
                false,
            ),
            ("organisation_by_change", &["updated_at", "sort_key"], false),
            (
                "organisation_by_kind_and_change",
                &["kind", "updated_at", "sort_key"],
                false,
            ),
        ] {
            let mut index = Index::create().name(name).table("organisation").to_owned();
            for column in columns {
                index.col(*column);
            }
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("organisation_pair")
                    .col(ColumnDef::new("pair").text().not_null())
                    .col(ColumnDef::new("sort_key").text().not_null())
                    .primary_key(Index::create().col("pair").col("sort_key"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("organisation_pair_by_sort_key")
                    .table("organisation_pair")
                    .col("sort_key")
                    .to_owned(),
            )
            .await
    }
}
