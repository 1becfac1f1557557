//! Activities, their shifts, and who signed up.

use sea_orm_migration::prelude::*;

use super::m20261123_200001_volunteers::index_path;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        activities(manager).await?;
        shifts(manager).await?;
        sign_ups(manager).await
    }
}

/// Adds an index.
async fn index(
    manager: &SchemaManager<'_>,
    (table, name): (&'static str, &'static str),
    columns: &[&'static str],
    unique: bool,
) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    if unique {
        index.unique();
    }
    manager.create_index(index).await
}

async fn activities(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("activity")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(ColumnDef::new("org_path").text().not_null())
                .col(ColumnDef::new("team_id").uuid())
                .col(ColumnDef::new("kind").text().not_null())
                .col(ColumnDef::new("state").text().not_null())
                .col(ColumnDef::new("facts").text().not_null())
                .col(ColumnDef::new("secret").text().not_null())
                .col(ColumnDef::new("duty_due").big_integer().not_null())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("created_at").big_integer().not_null())
                .col(ColumnDef::new("updated_at").big_integer().not_null())
                .to_owned(),
        )
        .await?;
    index_path(manager, "activity", "org_path", "activity_by_place").await?;
    index(
        manager,
        ("activity", "activity_by_duty"),
        &["duty_due"],
        false,
    )
    .await
}

async fn shifts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("shift")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(ColumnDef::new("activity_id").uuid().not_null())
                .col(ColumnDef::new("begins_at").big_integer().not_null())
                .col(ColumnDef::new("ends_at").big_integer().not_null())
                .col(ColumnDef::new("state").text().not_null())
                .col(ColumnDef::new("facts").text().not_null())
                .col(ColumnDef::new("next_ticket").big_integer().not_null())
                .col(ColumnDef::new("reminded").boolean().not_null())
                .col(ColumnDef::new("version").big_integer().not_null())
                .to_owned(),
        )
        .await?;
    let of_activity = ["activity_id", "begins_at"];
    index(manager, ("shift", "shift_by_activity"), &of_activity, true).await?;
    let to_remind = ["reminded", "begins_at"];
    index(manager, ("shift", "shift_to_remind"), &to_remind, false).await
}

async fn sign_ups(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("sign_up")
                .col(ColumnDef::new("id").uuid().not_null().primary_key())
                .col(ColumnDef::new("shift_id").uuid().not_null())
                .col(ColumnDef::new("activity_id").uuid().not_null())
                .col(ColumnDef::new("account").uuid().not_null())
                .col(ColumnDef::new("position").big_integer().not_null())
                .col(ColumnDef::new("state").text().not_null())
                .col(ColumnDef::new("ticket").big_integer().not_null())
                .col(ColumnDef::new("begins_at").big_integer().not_null())
                .col(ColumnDef::new("ends_at").big_integer().not_null())
                .col(ColumnDef::new("offer_until").big_integer().not_null())
                .col(ColumnDef::new("checked_in_at").big_integer())
                .col(ColumnDef::new("checked_out_at").big_integer())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("created_at").big_integer().not_null())
                .col(ColumnDef::new("updated_at").big_integer().not_null())
                .to_owned(),
        )
        .await?;
    let of_shift = ["shift_id", "account"];
    index(manager, ("sign_up", "sign_up_by_shift"), &of_shift, true).await?;
    let of_account = ["account", "begins_at"];
    index(
        manager,
        ("sign_up", "sign_up_by_account"),
        &of_account,
        false,
    )
    .await?;
    let of_activity = ["activity_id", "account"];
    index(
        manager,
        ("sign_up", "sign_up_by_activity"),
        &of_activity,
        false,
    )
    .await?;
    index(
        manager,
        ("sign_up", "sign_up_by_offer"),
        &["offer_until"],
        false,
    )
    .await
}
