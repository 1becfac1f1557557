//! Units and members that report in at communities.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("report_in")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("community_code").text().not_null())
                    // none where a member reports in
                    .col(ColumnDef::new("unit_code").text())
                    .col(ColumnDef::new("account_id").uuid().not_null())
                    .col(ColumnDef::new("state").text().not_null())
                    // what there is one of as long as it lasts
                    .col(ColumnDef::new("seat").text())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("updated_at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        for (name, columns, unique) in [
            ("report_in_by_seat", &["seat"][..], true),
            ("report_in_by_community", &["community_code", "id"], false),
            (
                "report_in_by_community_and_state",
                &["community_code", "state", "id"],
                false,
            ),
            ("report_in_by_account", &["account_id", "id"], false),
        ] {
            let mut index = Index::create().name(name).table("report_in").to_owned();
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
