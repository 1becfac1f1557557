//! Certification of grants, and exclusions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// A year in microseconds: what a grant of before this migration is certified for, from when it was made.
const YEAR: i64 = 365 * 24 * 3_600 * 1_000_000;
/// Roles that are no staff, as they were at this migration.
const UNCERTIFIED: [&str; 4] = [
    "resident",
    "resident_representative",
    "party_member",
    "volunteer",
];
/// Grants read at once.
const STEP: u64 = 500;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["certified_until", "reminded_at"] {
            let mut added = ColumnDef::new(column);
            added.big_integer();
            let table = Table::alter()
                .table("account_grant")
                .add_column(added)
                .to_owned();
            manager.alter_table(table).await?;
        }
        let due = Index::create()
            .name("account_grant_by_certified_until")
            .table("account_grant")
            .col("certified_until")
            .to_owned();
        manager.create_index(due).await?;
        create_certifications(manager).await?;
        certify_existing(manager).await?;
        create_exclusions(manager).await
    }
}

/// A staff grant under every node at or above its place, so that the grants of a part of the tree are
/// read in the order in which they fall due.
async fn create_certifications(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("certification")
        .col(ColumnDef::new("grant_id").uuid().not_null())
        .col(ColumnDef::new("code").text().not_null())
        .col(ColumnDef::new("due_at").big_integer().not_null())
        .primary_key(Index::create().col("grant_id").col("code"))
        .to_owned();
    manager.create_table(table).await?;
    let index = Index::create()
        .name("certification_by_due_at")
        .table("certification")
        .col("code")
        .col("due_at")
        .col("grant_id")
        .to_owned();
    manager.create_index(index).await
}

async fn certify_existing(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let staff = Expr::col("role").is_not_in(UNCERTIFIED);
    let update = Query::update()
        .table("account_grant")
        .value("certified_until", Expr::col("created_at").add(YEAR))
        .and_where(staff.clone())
        .to_owned();
    manager.exec_stmt(update).await?;
    let mut after = None;
    loop {
        let mut page = Query::select();
        page.columns(["id", "org_path", "certified_until"])
            .from("account_grant")
            .and_where(staff.clone())
            .and_where(Expr::col("revoked_at").is_null())
            .order_by("id", Order::Asc)
            .limit(STEP);
        if let Some(after) = after {
            page.and_where(Expr::col("id").gt(after));
        }
        let rows = connection.query_all(&page).await?;
        let mut insert = Query::insert();
        insert
            .into_table("certification")
            .columns(["grant_id", "code", "due_at"]);
        for row in &rows {
            let id: uuid::Uuid = row.try_get("", "id")?;
            let path: String = row.try_get("", "org_path")?;
            let due: i64 = row.try_get("", "certified_until")?;
            after = Some(id);
            // the root has no code of its own
            let codes = path.split('/').filter(|code| !code.is_empty());
            for code in std::iter::once("/").chain(codes) {
                insert.values_panic([id.into(), code.into(), due.into()]);
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        manager.exec_stmt(insert).await?;
    }
}

async fn create_exclusions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("exclusion")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("organisation").text())
        .col(ColumnDef::new("person_id").uuid())
        .col(ColumnDef::new("reason").text().not_null())
        .col(ColumnDef::new("created_by").uuid().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("ended_by").uuid())
        .col(ColumnDef::new("ended_at").big_integer())
        .foreign_key(
            ForeignKey::create()
                .from("exclusion", "account_id")
                .to("account", "id"),
        )
        .to_owned();
    manager.create_table(table).await?;
    let index = Index::create()
        .name("exclusion_by_account")
        .table("exclusion")
        .col("account_id")
        .to_owned();
    manager.create_index(index).await
}
