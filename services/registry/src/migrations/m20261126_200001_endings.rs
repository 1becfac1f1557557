//! What ends with an organisation, how many bookings somebody has ahead, and why an import was stopped.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// Posts, report-ins, entries of the four lists and venues of organisations that were closed while closing left them as they were.
const ENDED: [&str; 4] = [
    "UPDATE post SET state = 'left', left_because = 'organisation_closed', seat = NULL, version = version + 1,
        since = COALESCE((SELECT o.closed_on FROM organisation o
            WHERE o.code = post.org_code AND o.closed_on > post.since), since)
    WHERE state <> 'left' AND org_code IN (SELECT code FROM organisation WHERE closed_on IS NOT NULL)",
    "UPDATE report_in SET state = 'ended', seat = NULL, version = version + 1
    WHERE state IN ('reported', 'confirmed')
        AND (community_code IN (SELECT code FROM organisation WHERE closed_on IS NOT NULL)
            OR unit_code IN (SELECT code FROM organisation WHERE closed_on IS NOT NULL))",
    "UPDATE list_entry SET state = 'withdrawn', version = version + 1
    WHERE state IN ('open', 'underway')
        AND owner_code IN (SELECT code FROM organisation WHERE closed_on IS NOT NULL)",
    "UPDATE venue SET open = FALSE, version = version + 1
    WHERE open AND org_code IN (SELECT code FROM organisation WHERE closed_on IS NOT NULL)",
];

/// Grids that came to another community while only the tree followed.
const BROUGHT: &str = "UPDATE grid SET community_code = COALESCE(
    (SELECT CASE WHEN above.kind = 'community' THEN above.code ELSE above.parent_code END
        FROM organisation node JOIN organisation above ON above.code = node.parent_code
        WHERE node.code = grid.code AND above.kind IN ('community', 'compound')), community_code)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for statement in ENDED {
            connection.execute_unprepared(statement).await?;
        }
        connection.execute_unprepared(BROUGHT).await?;
        let bookers = Table::create()
            .table("booker")
            .col(ColumnDef::new("account_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("turns").big_integer().not_null())
            .to_owned();
        manager.create_table(bookers).await?;
        for (name, columns) in [
            (
                "booking_by_account_ahead",
                &["account_id", "state", "ends_at"][..],
            ),
            ("booking_by_venue_and_id", &["venue_id", "id"]),
        ] {
            let mut index = Index::create().name(name).table("booking").to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        let mut failed_turns = ColumnDef::new("failed_turns");
        failed_turns.big_integer().not_null().default(0);
        let mut stopped_because = ColumnDef::new("stopped_because");
        stopped_because.text();
        // one at a time: SQLite adds no two columns in a statement
        for column in [failed_turns, stopped_because] {
            let imports = Table::alter()
                .table("sheet_import")
                .add_column(column)
                .to_owned();
            manager.alter_table(imports).await?;
        }
        Ok(())
    }
}
