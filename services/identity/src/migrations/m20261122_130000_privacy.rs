//! Notices and consents, guardianships, requests about one's own data; entries of the access log by what
//! they are about.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_notices(manager).await?;
        create_consents(manager).await?;
        create_guardianships(manager).await?;
        create_requests(manager).await?;
        let subject = Index::create()
            .name("access_log_by_subject")
            .table("access_log")
            .col("subject")
            .col("seq")
            .to_owned();
        manager.create_index(subject).await
    }
}

async fn create_notices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("notice")
        .col(ColumnDef::new("purpose").text().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("text").text().not_null())
        .col(ColumnDef::new("sensitive").boolean().not_null())
        .col(ColumnDef::new("published_by").uuid().not_null())
        .col(ColumnDef::new("published_at").big_integer().not_null())
        .col(ColumnDef::new("current").boolean().not_null())
        .primary_key(Index::create().col("purpose").col("version"))
        .to_owned();
    manager.create_table(table).await?;
    let index = Index::create()
        .name("notice_by_current")
        .table("notice")
        .col("current")
        .col("purpose")
        .to_owned();
    manager.create_index(index).await
}

async fn create_consents(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("consent")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("purpose").text().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("seq").big_integer().not_null())
        .col(ColumnDef::new("choice").text().not_null())
        .col(ColumnDef::new("given_by").uuid().not_null())
        .col(ColumnDef::new("channel").text().not_null())
        .col(ColumnDef::new("at").big_integer().not_null())
        .col(ColumnDef::new("latest").boolean().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("consent", "account_id")
                .to("account", "id"),
        )
        .to_owned();
    manager.create_table(table).await?;
    let once = Index::create()
        .name("consent_by_seq")
        .table("consent")
        .col("account_id")
        .col("purpose")
        .col("seq")
        .unique()
        .to_owned();
    manager.create_index(once).await?;
    let latest = Index::create()
        .name("consent_by_latest")
        .table("consent")
        .col("account_id")
        .col("latest")
        .to_owned();
    manager.create_index(latest).await
}

async fn create_guardianships(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("guardianship")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("minor_id").uuid().not_null())
        .col(ColumnDef::new("guardian_id").uuid().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("ends_at").big_integer().not_null())
        .col(ColumnDef::new("claimed_at").big_integer().not_null())
        .col(ColumnDef::new("decided_by").uuid())
        .col(ColumnDef::new("version").big_integer().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("guardianship", "minor_id")
                .to("account", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("guardianship", "guardian_id")
                .to("account", "id"),
        )
        .to_owned();
    manager.create_table(table).await?;
    for column in ["minor_id", "guardian_id"] {
        let index = Index::create()
            .name(format!("guardianship_by_{column}"))
            .table("guardianship")
            .col(column)
            .to_owned();
        manager.create_index(index).await?;
    }
    Ok(())
}

async fn create_requests(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("privacy_request")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("detail").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("answer").text().not_null())
        .col(ColumnDef::new("requested_at").big_integer().not_null())
        .col(ColumnDef::new("due_at").big_integer().not_null())
        .col(ColumnDef::new("answered_by").uuid())
        .col(ColumnDef::new("answered_at").big_integer())
        .col(ColumnDef::new("version").big_integer().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("privacy_request", "account_id")
                .to("account", "id"),
        )
        .to_owned();
    manager.create_table(table).await?;
    let own = Index::create()
        .name("privacy_request_by_account")
        .table("privacy_request")
        .col("account_id")
        .col("id")
        .to_owned();
    manager.create_index(own).await?;
    let due = Index::create()
        .name("privacy_request_by_state")
        .table("privacy_request")
        .col("state")
        .col("due_at")
        .col("id")
        .to_owned();
    manager.create_index(due).await?;
    let mut restricted = ColumnDef::new("restricted");
    restricted.boolean().not_null().default(false);
    let contact = Table::alter()
        .table("contact")
        .add_column(restricted)
        .to_owned();
    manager.alter_table(contact).await
}
