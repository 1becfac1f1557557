//! Registry's side of the facts that others keep as well.

use chassis::{Tallies, Tally};
use contracts::facts::Fact;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{Database, StoreError};

use super::organisation::{Column, Entity};

/// Tallies what registry owns.
pub(crate) fn tallies(db: Database) -> Tallies {
    Box::pin(async move { Ok(vec![organisations(&db).await?]) })
}

async fn organisations(db: &Database) -> Result<Tally, StoreError> {
    let mut tally = Tally::new(Fact::Organisations);
    let mut after = None;
    loop {
        let mut page = Entity::find().order_by_asc(Column::Id).limit(Tally::PAGE);
        if let Some(after) = after {
            page = page.filter(Column::Id.gt(after));
        }
        let rows = page.all(db.reader()).await?;
        let Some(last) = rows.last() else {
            return Ok(tally);
        };
        after = Some(last.id);
        // who follows forgets what is closed
        for row in rows.iter().filter(|row| row.closed_on.is_none()) {
            tally.add(&[&row.code, &row.path, &row.kind, &row.name]);
        }
    }
}
