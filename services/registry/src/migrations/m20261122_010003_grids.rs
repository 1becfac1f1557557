//! What grids have beside their nodes in the tree.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("grid")
                    .col(ColumnDef::new("code").text().not_null().primary_key())
                    .col(ColumnDef::new("community_code").text().not_null())
                    // rings of positions as JSON
                    .col(ColumnDef::new("shape").text())
                    .col(ColumnDef::new("households").big_integer())
                    .col(ColumnDef::new("party_members").big_integer())
                    .col(ColumnDef::new("duties").text().not_null())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    // number of the change of the map that it came with
                    .col(ColumnDef::new("revision").big_integer().not_null())
                    .col(ColumnDef::new("updated_at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        for (name, columns) in [
            ("grid_by_community", ["community_code", "code"]),
            ("grid_by_revision", ["revision", "code"]),
        ] {
            let [first, second] = columns;
            let index = Index::create()
                .name(name)
                .table("grid")
                .col(first)
                .col(second)
                .to_owned();
            manager.create_index(index).await?;
        }
        // one row: writers of the map take turns at it, so that numbers are given in the order of commits
        manager
            .create_table(
                Table::create()
                    .table("grid_map")
                    .col(ColumnDef::new("name").text().not_null().primary_key())
                    .col(ColumnDef::new("revision").big_integer().not_null())
                    .to_owned(),
            )
            .await
    }
}
