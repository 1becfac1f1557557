//! Makes a second delivery of an event harmless.

use std::collections::{HashMap, HashSet};

use kernel::{EventId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::OnConflict,
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

/// Counts events handled since `since`, by whichever consumer.
///
/// # Errors
/// The database is out of reach.
pub async fn count_since(database: &Database, since: Timestamp) -> Result<u64, StoreError> {
    let handled = inbox::Entity::find()
        .filter(inbox::Column::HandledAt.gte(since))
        .count(database.reader());
    Ok(handled.await?)
}

/// Forgets events handled before `before`, at most about `limit` of them; returns how many.
///
/// They go in small transactions: whoever handles events meanwhile does not wait for long.
///
/// # Errors
/// The database refuses; what went before stays forgotten.
pub async fn forget(database: &Database, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let mut gone = 0;
    while gone < limit {
        let batch = list_old(database, before, limit - gone).await?;
        let batch = &batch;
        if batch.is_empty() {
            break;
        }
        gone += database
            .maintain("inbox.forget", |tx| async move {
                let mut gone = 0;
                // one statement a consumer, as the key begins with it
                for (consumer, events) in batch {
                    gone += inbox::Entity::delete_many()
                        .filter(inbox::Column::Consumer.eq(consumer.as_str()))
                        .filter(inbox::Column::EventId.is_in(events.iter().copied()))
                        .exec(&*tx)
                        .await?
                        .rows_affected;
                }
                Ok::<_, StoreError>(gone)
            })
            .await?;
    }
    Ok(gone)
}

/// Lists a batch of old events by consumer.
async fn list_old(
    database: &Database,
    before: Timestamp,
    limit: u64,
) -> Result<HashMap<String, Vec<EventId>>, StoreError> {
    let chunk = u64::try_from(CHUNK).unwrap_or(u64::MAX);
    let rows: Vec<(String, EventId)> = inbox::Entity::find()
        .select_only()
        .columns([inbox::Column::Consumer, inbox::Column::EventId])
        .filter(inbox::Column::HandledAt.lt(before))
        .limit(limit.min(chunk))
        .into_tuple()
        .all(database.reader())
        .await?;
    let mut old: HashMap<String, Vec<EventId>> = HashMap::new();
    for (consumer, event) in rows {
        old.entry(consumer).or_default().push(event);
    }
    Ok(old)
}
