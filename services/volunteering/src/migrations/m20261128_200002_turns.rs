//! Whose turn a shift is, where teams take turns: a team finds its own.

use kernel::{TeamId, TypedId};
use sea_orm_migration::prelude::*;
use serde_json::Value;
use uuid::Uuid;

/// Rows read at a time.
const PAGE: u64 = 500;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let team = ColumnDef::new("on_duty_team").uuid().to_owned();
        let added = Table::alter().table("shift").add_column(team).to_owned();
        manager.alter_table(added).await?;
        fill(manager).await?;
        let index = Index::create()
            .name("shift_by_team")
            .table("shift")
            .col("on_duty_team")
            .col("begins_at")
            .to_owned();
        manager.create_index(index).await
    }
}

/// Shifts that are there already say in their facts whose turn they are.
async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let mut after = Uuid::nil();
    loop {
        let page = Query::select()
            .columns(["id", "facts"])
            .from("shift")
            .and_where(Expr::col("id").gt(after))
            .order_by("id", Order::Asc)
            .limit(PAGE)
            .to_owned();
        let rows = db.query_all(&page).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            after = row.try_get("", "id")?;
            let facts: String = row.try_get("", "facts")?;
            let facts: Value =
                serde_json::from_str(&facts).map_err(|error| DbErr::Custom(error.to_string()))?;
            let Some(team) = facts.pointer("/on_duty/team").and_then(Value::as_str) else {
                continue;
            };
            let team: TeamId = team
                .parse()
                .map_err(|_| DbErr::Custom(format!("team of shift {after}")))?;
            let update = Query::update()
                .table("shift")
                .value("on_duty_team", team.uuid())
                .and_where(Expr::col("id").eq(after))
                .to_owned();
            db.execute(&update).await?;
        }
    }
}
