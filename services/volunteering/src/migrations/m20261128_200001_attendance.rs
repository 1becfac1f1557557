//! By what somebody's time in a shift is known, appeals with their reasons, and an index of who is still checked in.

use sea_orm_migration::prelude::*;

use super::m20261123_200001_volunteers::index_path;

/// What is known of appeals that were open before their reasons were kept.
const BEFORE: &str = "INSERT INTO sign_up_appeal (sign_up_id, account, org_path, reason, state, opened_at) \
    SELECT sign_up.id, sign_up.account, activity.org_path, '（此前提出，未附理由）', 'open', sign_up.updated_at \
    FROM sign_up JOIN activity ON activity.id = sign_up.activity_id WHERE sign_up.state = 'appealed'";

/// They are listed where their activities are.
const LISTED: &str = "INSERT INTO place_list (list, scope_code, id) \
    SELECT 'sign_up.appeal', place_list.scope_code, sign_up_appeal.sign_up_id \
    FROM sign_up_appeal JOIN sign_up ON sign_up.id = sign_up_appeal.sign_up_id \
    JOIN place_list ON place_list.id = sign_up.activity_id AND place_list.list IN ('activity', 'activity.draft')";

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time
        for column in [
            ColumnDef::new("timed_by").text().to_owned(),
            ColumnDef::new("noted_by").uuid().to_owned(),
        ] {
            let added = Table::alter()
                .table("service_hours")
                .add_column(column)
                .to_owned();
            manager.alter_table(added).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("sign_up_appeal")
                    .col(ColumnDef::new("sign_up_id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("account").uuid().not_null())
                    .col(ColumnDef::new("org_path").text().not_null())
                    .col(ColumnDef::new("reason").text().not_null())
                    .col(ColumnDef::new("state").text().not_null())
                    .col(ColumnDef::new("answer").text())
                    .col(ColumnDef::new("decided_by").uuid())
                    .col(ColumnDef::new("opened_at").big_integer().not_null())
                    .col(ColumnDef::new("decided_at").big_integer())
                    .to_owned(),
            )
            .await?;
        index_path(
            manager,
            "sign_up_appeal",
            "org_path",
            "sign_up_appeal_by_place",
        )
        .await?;
        let by_end = Index::create()
            .name("sign_up_by_end")
            .table("sign_up")
            .col("state")
            .col("ends_at")
            .to_owned();
        manager.create_index(by_end).await?;
        for known in [BEFORE, LISTED] {
            manager.get_connection().execute_unprepared(known).await?;
        }
        Ok(())
    }
}
