//! Joint meetings with who takes part, their agendas and resolutions.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [meetings(), participants(), items(), resolutions()] {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in [
            (
                "meeting_participant_by_org",
                "meeting_participant",
                ["org_code", "meeting_id"],
            ),
            ("resolution_by_meeting", "resolution", ["meeting_id", "id"]),
        ] {
            let [first, second] = columns;
            let index = Index::create()
                .name(name)
                .table(table)
                .col(first)
                .col(second)
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn meetings() -> TableCreateStatement {
    Table::create()
        .table("meeting")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("convener_code").text().not_null())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("starts_at").big_integer().not_null())
        .col(ColumnDef::new("booking_id").uuid())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("updated_at").big_integer().not_null())
        .to_owned()
}

/// The convener stands at position 0.
fn participants() -> TableCreateStatement {
    Table::create()
        .table("meeting_participant")
        .col(ColumnDef::new("meeting_id").uuid().not_null())
        .col(ColumnDef::new("org_code").text().not_null())
        .col(ColumnDef::new("position").big_integer().not_null())
        .primary_key(Index::create().col("meeting_id").col("org_code"))
        .to_owned()
}

fn items() -> TableCreateStatement {
    Table::create()
        .table("agenda_item")
        .col(ColumnDef::new("meeting_id").uuid().not_null())
        .col(ColumnDef::new("position").big_integer().not_null())
        .col(ColumnDef::new("subject").text().not_null())
        .col(ColumnDef::new("entry_id").uuid())
        .col(ColumnDef::new("agreement_id").uuid())
        .col(ColumnDef::new("minutes").text())
        .primary_key(Index::create().col("meeting_id").col("position"))
        .to_owned()
}

fn resolutions() -> TableCreateStatement {
    Table::create()
        .table("resolution")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("meeting_id").uuid().not_null())
        .col(ColumnDef::new("item").big_integer().not_null())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("text").text().not_null())
        .col(ColumnDef::new("owner_code").text().not_null())
        .col(ColumnDef::new("place_code").text().not_null())
        .col(ColumnDef::new("category").text())
        .col(ColumnDef::new("wants_order").boolean().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("order_number").text())
        .col(ColumnDef::new("order_state").text())
        .col(ColumnDef::new("order_version").big_integer())
        .col(ColumnDef::new("order_published").boolean().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("updated_at").big_integer().not_null())
        .to_owned()
}
