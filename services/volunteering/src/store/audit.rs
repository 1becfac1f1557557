//! Volunteering's side of the facts that others keep as well.

use chassis::{Tallies, Tally};
use contracts::facts::Fact;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{Database, StoreError};

use super::tables::task::{Column, Entity};
use super::tasks::state_from;
use crate::domain::task::TaskState;

/// Tallies the tasks.
pub(crate) fn tallies(db: Database) -> Tallies {
    Box::pin(async move { tasks(&db).await })
}

async fn tasks(db: &Database) -> Result<Vec<Tally>, StoreError> {
    let mut offers = Tally::new(Fact::Offers);
    let mut running = Tally::new(Fact::RunningTasks);
    let mut after = None;
    loop {
        let mut page = Entity::find().order_by_asc(Column::Id).limit(Tally::PAGE);
        if let Some(after) = after {
            page = page.filter(Column::Id.gt(after));
        }
        let rows = page.all(db.reader()).await?;
        let Some(last) = rows.last() else {
            return Ok(vec![offers, running]);
        };
        after = Some(last.id);
        for row in &rows {
            offers.add(&[&row.order_id, &row.round]);
            if matches!(
                state_from(&row.state)?,
                TaskState::Open | TaskState::Claimed
            ) {
                running.add(&[&row.order_id, &Tally::optional(row.claimed_by)]);
            }
        }
    }
}
