//! Who reported in at which community, as registry tells.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("report_in")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("community_code").text().not_null())
            .col(ColumnDef::new("unit_code").text())
            .col(ColumnDef::new("member").uuid())
            .col(ColumnDef::new("reported_at").big_integer().not_null())
            .to_owned();
        manager.create_table(table).await?;
        for (name, columns) in [
            ("report_in_by_member", ["member", "id"]),
            ("report_in_by_community", ["community_code", "unit_code"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("report_in");
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
