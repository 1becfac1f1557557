//! Hours of orders' tasks stand beside those of shifts: the same table, the same confirmation. What waited in the table of
//! its own moves over, and everything that waits is listed by place.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::QueryResult;
use uuid::Uuid;

/// What tasks counted as, and for how long at most, when this was written.
const KIND: &str = "order_help";
const MOST_MINUTES: i64 = 120;
/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;
/// Columns that both shapes of the table have.
const SHARED: &str = "id, version, latest, sign_up_id, activity_id, volunteer, org_path, kind, began_at, ended_at, \
    minutes, state, reason, decided_by, at";

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["service_hours_by_volunteer", "service_hours_by_activity"] {
            let mut index = Index::drop();
            manager
                .drop_index(index.name(name).table("service_hours").to_owned())
                .await?;
        }
        let aside = Table::rename()
            .table("service_hours", "service_hours_before")
            .to_owned();
        manager.rename_table(aside).await?;
        create(manager).await?;
        let db = manager.get_connection();
        let copied = format!(
            "INSERT INTO service_hours ({SHARED}) SELECT {SHARED} FROM service_hours_before"
        );
        db.execute_unprepared(&copied).await?;
        take_over(manager).await?;
        list_pending(manager).await?;
        for table in ["service_hours_before", "service_record"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}

async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("service_hours")
                .col(ColumnDef::new("id").uuid().not_null())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("latest").boolean().not_null())
                .col(ColumnDef::new("sign_up_id").uuid())
                .col(ColumnDef::new("activity_id").uuid())
                .col(ColumnDef::new("task_id").uuid())
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

/// One record of its own for each that waits; its id follows from the task's, so that the order of time stays.
async fn take_over(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let waiting = Query::select()
        .column(("service_record", "task_id"))
        .column(("service_record", "version"))
        .column(("service_record", "volunteer"))
        .column(("service_record", "began_at"))
        .column(("service_record", "ended_at"))
        .column(("task", "org_path"))
        .from("service_record")
        .inner_join(
            "task",
            Expr::col(("task", "id")).equals(("service_record", "task_id")),
        )
        .to_owned();
    for row in db.query_all(&waiting).await? {
        let version: i64 = row.try_get("", "version")?;
        let task: Uuid = row.try_get("", "task_id")?;
        let (began, ended): (i64, i64) =
            (row.try_get("", "began_at")?, row.try_get("", "ended_at")?);
        let minutes = (ended.saturating_sub(began) / MINUTE).clamp(0, MOST_MINUTES);
        let id = Uuid::from_u128(task.as_u128() ^ u128::from(version.unsigned_abs()));
        let insert = Query::insert()
            .into_table("service_hours")
            .columns([
                "id",
                "version",
                "latest",
                "task_id",
                "volunteer",
                "org_path",
                "kind",
                "began_at",
                "ended_at",
                "minutes",
                "state",
                "at",
            ])
            .values_panic([
                id.into(),
                1_i64.into(),
                true.into(),
                task.into(),
                row.try_get::<Uuid>("", "volunteer")?.into(),
                row.try_get::<String>("", "org_path")?.into(),
                KIND.into(),
                began.into(),
                ended.into(),
                minutes.into(),
                "pending".into(),
                ended.into(),
            ])
            .to_owned();
        db.execute(&insert).await?;
    }
    Ok(())
}

/// Lists what waits at each organisation above it.
async fn list_pending(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let waiting = Query::select()
        .columns(["id", "org_path"])
        .from("service_hours")
        .and_where(Expr::col("latest").eq(true))
        .and_where(Expr::col("state").eq("pending"))
        .to_owned();
    for row in db.query_all(&waiting).await? {
        for code in scopes(&row)? {
            let insert = Query::insert()
                .into_table("place_list")
                .columns(["list", "scope_code", "id"])
                .values_panic([
                    "hours.pending".into(),
                    code.into(),
                    row.try_get::<Uuid>("", "id")?.into(),
                ])
                .to_owned();
            db.execute(&insert).await?;
        }
    }
    Ok(())
}

fn scopes(row: &QueryResult) -> Result<Vec<String>, DbErr> {
    let path: String = row.try_get("", "org_path")?;
    let codes = path.split('/').filter(|code| !code.is_empty());
    Ok(std::iter::once("/")
        .chain(codes)
        .map(str::to_owned)
        .collect())
}
