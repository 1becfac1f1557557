//! Events that a consumer gave up on, kept with the reason until someone replays them.

use kernel::{EventId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::OnConflict,
};

use crate::{Database, OutboxRecord, StoreError, Tx, outbox, tables::dead_letter};

/// An event that a consumer gave up on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Consumer that gave up.
    pub consumer: String,
    /// The event.
    pub event_id: EventId,
    /// The envelope as JSON.
    pub body: String,
    /// Why it gave up.
    pub reason: String,
    /// When.
    pub died_at: Timestamp,
}

/// Keeps a dead event; a second death of the same event changes nothing.
///
/// # Errors
/// The database refuses.
pub async fn keep(tx: &Tx, letter: &DeadLetter) -> Result<(), StoreError> {
    dead_letter::Entity::insert(dead_letter::ActiveModel {
        consumer: Set(letter.consumer.clone()),
        event_id: Set(letter.event_id),
        body: Set(letter.body.clone()),
        reason: Set(letter.reason.clone()),
        died_at: Set(letter.died_at),
    })
    .on_conflict(
        OnConflict::columns([dead_letter::Column::Consumer, dead_letter::Column::EventId])
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// Lists the latest dead events.
///
/// # Errors
/// The database is out of reach.
pub async fn list(database: &Database, limit: u64) -> Result<Vec<DeadLetter>, StoreError> {
    let rows = dead_letter::Entity::find()
        .order_by_desc(dead_letter::Column::DiedAt)
        .order_by_desc(dead_letter::Column::EventId)
        .limit(limit)
        .all(database.reader())
        .await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// Counts dead events.
///
/// # Errors
/// The database is out of reach.
pub async fn count(database: &Database) -> Result<u64, StoreError> {
    Ok(dead_letter::Entity::find().count(database.reader()).await?)
}

/// Sends a dead event round again: it goes back into this database's outbox, and consumers that
/// have handled it before ignore it. False when there is no such dead event.
///
/// # Errors
/// The database refuses.
pub async fn replay(
    database: &Database,
    event_id: EventId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    database
        .write("dead_letter.replay", |tx| async move {
            let letters = dead_letter::Entity::find()
                .filter(dead_letter::Column::EventId.eq(event_id))
                .all(&*tx)
                .await?;
            let Some(letter) = letters.into_iter().next() else {
                return Ok(false);
            };
            dead_letter::Entity::delete_many()
                .filter(dead_letter::Column::EventId.eq(event_id))
                .exec(&*tx)
                .await?;
            let record = OutboxRecord {
                event_id,
                aggregate: event_id.to_string(),
                body: letter.body,
                created_at: now,
            };
            outbox::append(&tx, vec![record]).await?;
            Ok::<_, StoreError>(true)
        })
        .await
}

fn from_row(row: dead_letter::Model) -> DeadLetter {
    DeadLetter {
        consumer: row.consumer,
        event_id: row.event_id,
        body: row.body,
        reason: row.reason,
        died_at: row.died_at,
    }
}
