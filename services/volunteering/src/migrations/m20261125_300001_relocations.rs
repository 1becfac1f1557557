//! Organisations that were moved, until everything has followed; the place of each certificate and reservation, by which
//! they are found then.

use sea_orm_migration::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::m20261123_200001_volunteers::index_path;

/// Rows read at a time.
const PAGE: u64 = 500;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("relocation")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("from_path").text().not_null())
                    .col(ColumnDef::new("to_path").text().not_null())
                    .col(ColumnDef::new("stage").string_len(20).not_null())
                    .col(ColumnDef::new("found").boolean().not_null())
                    .to_owned(),
            )
            .await?;
        let issuer = ColumnDef::new("issuer")
            .text()
            .not_null()
            .default("")
            .to_owned();
        manager
            .alter_table(
                Table::alter()
                    .table("certificate")
                    .add_column(issuer)
                    .to_owned(),
            )
            .await?;
        fill_issuers(manager).await?;
        index_path(manager, "certificate", "issuer", "certificate_by_place").await?;
        index_path(
            manager,
            "time_reservation",
            "org_path",
            "time_reservation_by_place",
        )
        .await
    }
}

/// Certificates that are there already say in their facts who issued them.
async fn fill_issuers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let mut after = Uuid::nil();
    loop {
        let page = Query::select()
            .columns(["id", "facts"])
            .from("certificate")
            .and_where(Expr::col("id").gt(after))
            .order_by("id", Order::Asc)
            .limit(PAGE)
            .to_owned();
        let rows = db.query_all(&page).await?;
        for row in &rows {
            after = row.try_get("", "id")?;
            let facts: String = row.try_get("", "facts")?;
            let facts: Value =
                serde_json::from_str(&facts).map_err(|error| DbErr::Custom(error.to_string()))?;
            let Some(issuer) = facts.get("issuer").and_then(Value::as_str) else {
                continue;
            };
            let update = Query::update()
                .table("certificate")
                .value("issuer", issuer)
                .and_where(Expr::col("id").eq(after))
                .to_owned();
            db.execute(&update).await?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use sea_orm_migration::MigrationTrait;
    use sea_orm_migration::prelude::*;
    use sea_orm_migration::sea_orm::ConnectionTrait;
    use store::StoreError;
    use testkit::Storage;
    use uuid::Uuid;

    use super::PAGE;
    use crate::migrations::migrations;

    /// What there was before this one.
    fn before() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = migrations();
        all.retain(|one| one.name() < "m20261125_300001");
        all
    }

    #[tokio::test]
    async fn certificates_that_are_there_say_where_they_were_issued() {
        let storage = Storage::new().await;
        let db = storage.migrated("volunteering", before).await;
        let filled: Result<(), StoreError> = db
            .write("test.fill", |tx| async move {
                for number in 1..=PAGE + 1 {
                    let insert = Query::insert()
                        .into_table("certificate")
                        .columns([
                            "id",
                            "number",
                            "volunteer",
                            "facts",
                            "state",
                            "version",
                            "issued_at",
                        ])
                        .values_panic([
                            Uuid::from_u128(u128::from(number)).into(),
                            format!("N{number}").into(),
                            Uuid::from_u128(1).into(),
                            r#"{"issuer":"/420105000000/"}"#.into(),
                            "valid".into(),
                            1_i64.into(),
                            1_i64.into(),
                        ])
                        .to_owned();
                    tx.execute(&insert).await?;
                }
                Ok(())
            })
            .await;
        filled.unwrap();
        store::migrate(&db, migrations).await.unwrap();
        let named = Query::select()
            .column("id")
            .from("certificate")
            .and_where(Expr::col("issuer").eq("/420105000000/"))
            .to_owned();
        let rows = db.reader().query_all(&named).await.unwrap();
        assert_eq!(rows.len(), 501);
    }
}
