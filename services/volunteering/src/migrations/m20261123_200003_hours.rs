//! Hours of service, version by version, and the last of each.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("service_hours")
                    .col(ColumnDef::new("id").uuid().not_null())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    .col(ColumnDef::new("latest").boolean().not_null())
                    .col(ColumnDef::new("sign_up_id").uuid().not_null())
                    .col(ColumnDef::new("activity_id").uuid().not_null())
                    .col(ColumnDef::new("volunteer").uuid().not_null())
                    .col(ColumnDef::new("org_path").text().not_null())
                    .col(ColumnDef::new("kind").text().not_null())
                    .col(ColumnDef::new("began_at").big_integer().not_null())
                    .col(ColumnDef::new("ended_at").big_integer().not_null())
                    .col(ColumnDef::new("minutes").big_integer().not_null())
                    .col(ColumnDef::new("state").text().not_null())
                    .col(ColumnDef::new("reason").text())
                    .col(ColumnDef::new("decided_by").uuid())
                    .col(ColumnDef::new("at").big_integer().not_null())
                    .primary_key(Index::create().col("id").col("version"))
                    .to_owned(),
            )
            .await?;
        for (name, columns) in [
            ("service_hours_by_volunteer", ["volunteer", "latest", "id"]),
            ("service_hours_by_activity", ["activity_id", "latest", "id"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("service_hours");
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
