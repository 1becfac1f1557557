//! Makes a second delivery of an event harmless.

use std::collections::HashSet;

use kernel::{EventId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::OnConflict,
};

use crate::{CHUNK, Database, StoreError, Tx, tables::inbox};

/// Records that `consumer` handles these events now; returns those it had not handled before.
///
/// # Errors
/// The database refuses.
pub async fn claim(
    tx: &Tx,
    consumer: &str,
    events: &[EventId],
    now: Timestamp,
) -> Result<HashSet<EventId>, StoreError> {
    let mut fresh = HashSet::with_capacity(events.len());
    for chunk in events.chunks(CHUNK) {
        let rows = chunk.iter().map(|event_id| inbox::ActiveModel {
            consumer: Set(consumer.to_owned()),
            event_id: Set(*event_id),
            handled_at: Set(now),
        });
        // one statement: a replica that handles the same event makes this one wait and then skip it
        let new = inbox::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::columns([inbox::Column::Consumer, inbox::Column::EventId])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_with_returning_keys(tx)
            .await?;
        fresh.extend(new.into_iter().map(|(_, event_id)| event_id));
    }
    Ok(fresh)
}

/// Forgets events handled before `before`, at most `limit` at a time; returns how many.
///
/// # Errors
/// The database refuses.
pub async fn forget(database: &Database, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let old: Vec<(String, EventId)> = inbox::Entity::find()
        .select_only()
        .columns([inbox::Column::Consumer, inbox::Column::EventId])
        .filter(inbox::Column::HandledAt.lt(before))
        .limit(limit)
        .into_tuple()
        .all(database.reader())
        .await?;
    let ids: Vec<EventId> = old.iter().map(|(_, id)| *id).collect();
    let ids = &ids;
    if ids.is_empty() {
        return Ok(0);
    }
    database
        .maintain("inbox.forget", |tx| async move {
            let mut gone = 0;
            for chunk in ids.chunks(CHUNK) {
                gone += inbox::Entity::delete_many()
                    .filter(inbox::Column::EventId.is_in(chunk.iter().copied()))
                    .filter(inbox::Column::HandledAt.lt(before))
                    .exec(&*tx)
                    .await?
                    .rows_affected;
            }
            Ok::<_, StoreError>(gone)
        })
        .await
}
