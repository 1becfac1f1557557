//! Votes of reviews that ended unjudged are in no figure any more: what such orders add is worked out again.

use sea_orm_migration::prelude::*;

const LOOK_AGAIN: &str = "
    INSERT INTO figure_due (order_id, seq, why)
    SELECT work_order.id, work_order.version, 'rebuild'
    FROM work_order
    WHERE EXISTS (
        SELECT 1 FROM order_event
        WHERE order_event.order_id = work_order.id AND order_event.facts LIKE '%\"unjudged\"%'
    )
    ON CONFLICT DO NOTHING";

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(LOOK_AGAIN).await?;
        Ok(())
    }
}
