//! Plans of rosters, and what they say.

use sea_orm_migration::prelude::*;

use super::m20261123_200001_volunteers::index_path;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("roster_plan")
            .col(ColumnDef::new("id").uuid().not_null().primary_key());
        for column in ["org_path", "state", "task", "reason"] {
            table.col(ColumnDef::new(column).text().not_null());
        }
        table
            .col(ColumnDef::new("asked_by").uuid().not_null())
            .col(ColumnDef::new("decided_by").uuid())
            .col(ColumnDef::new("runner").uuid())
            .col(ColumnDef::new("incumbent").big_integer())
            .col(ColumnDef::new("bound").big_integer());
        for column in [
            "iteration",
            "attempts",
            "lease_until",
            "version",
            "created_at",
            "updated_at",
        ] {
            table.col(ColumnDef::new(column).big_integer().not_null());
        }
        manager.create_table(table).await?;
        index_path(manager, "roster_plan", "org_path", "roster_plan_by_place").await?;
        for (name, columns) in [
            ("roster_plan_by_lease", ["state", "lease_until"].as_slice()),
            ("roster_plan_by_age", &["updated_at"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("roster_plan");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("roster_plan_result")
                    .col(ColumnDef::new("plan_id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("body").text().not_null())
                    .to_owned(),
            )
            .await
    }
}
