//! What volunteers hold against recorded hours (时长异议), and certificates they ask for (申请证明). While one is open it
//! holds a name that no other has.

use sea_orm_migration::prelude::*;

use super::m20261128_100001_record_entries::{index, index_place};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("hours_objection")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("record_id").uuid().not_null())
                    .col(ColumnDef::new("record_version").big_integer().not_null())
                    .col(ColumnDef::new("open_of").uuid().unique_key())
                    .col(ColumnDef::new("volunteer").uuid().not_null())
                    .col(ColumnDef::new("org_path").text().not_null())
                    .col(ColumnDef::new("reason").text().not_null())
                    .col(ColumnDef::new("state").string_len(20).not_null())
                    .col(ColumnDef::new("answer").text())
                    .col(ColumnDef::new("answered_by").uuid())
                    .col(ColumnDef::new("by_confirmer").boolean().not_null())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("answered_at").big_integer())
                    .to_owned(),
            )
            .await?;
        let of_record = ("hours_objection", "hours_objection_by_record");
        index(manager, of_record, &["record_id", "id"]).await?;
        index_place(manager, "hours_objection", "hours_objection_by_place").await?;
        requests(manager).await?;
        // exports read a place's certificates page by page
        let by_issuer = ("certificate", "certificate_by_issuer");
        index(manager, by_issuer, &["issuer", "id"]).await
    }
}

async fn requests(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("certificate_request")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(ColumnDef::new("open_of").uuid().unique_key())
                .col(ColumnDef::new("volunteer").uuid().not_null())
                .col(ColumnDef::new("volunteer_id").uuid().not_null())
                .col(ColumnDef::new("org_path").text().not_null())
                .col(ColumnDef::new("first_day").string_len(10).not_null())
                .col(ColumnDef::new("last_day").string_len(10).not_null())
                .col(ColumnDef::new("state").string_len(20).not_null())
                .col(ColumnDef::new("certificate_id").uuid())
                .col(ColumnDef::new("reason").text())
                .col(ColumnDef::new("decided_by").uuid())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("created_at").big_integer().not_null())
                .col(ColumnDef::new("updated_at").big_integer().not_null())
                .to_owned(),
        )
        .await?;
    let of_volunteer = ("certificate_request", "certificate_request_by_volunteer");
    index(manager, of_volunteer, &["volunteer", "id"]).await?;
    index_place(
        manager,
        "certificate_request",
        "certificate_request_by_place",
    )
    .await
}
