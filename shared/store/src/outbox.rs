//! Events that commit with the change that caused them and wait for the relay.

use kernel::{EventId, Timestamp};
use sea_orm::sea_query::{Asterisk, Expr, Func, Order, Query};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

use crate::{CHUNK, Database, StoreError, Tx, Writes, tables::outbox};

/// Waiting events that are counted one by one; of so many it is known that they are many.
pub const MOST_COUNTED: u64 = 10_000;

/// An event as the outbox keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRecord {
    /// The event.
    pub event_id: EventId,
    /// The aggregate whose events must stay in order.
    pub aggregate: String,
    /// The envelope as JSON.
    pub body: String,
    /// When it was written.
    pub created_at: Timestamp,
}

/// An event that waits, with its place in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Place in the queue.
    pub seq: i64,
    /// The event.
    pub event_id: EventId,
    /// The aggregate.
    pub aggregate: String,
    /// The envelope as JSON.
    pub body: String,
    /// When it was written.
    pub created_at: Timestamp,
}

/// Appends events in the order given.
///
/// # Errors
/// The database refuses.
pub async fn append(tx: &Tx, records: Vec<OutboxRecord>) -> Result<(), StoreError> {
    let mut writes = Writes::default();
    add(&mut writes, records);
    writes.run(tx).await
}

/// Adds events in the order given to what a transaction writes.
pub fn add(writes: &mut Writes, records: Vec<OutboxRecord>) {
    writes.insert(records.into_iter().map(|record| outbox::ActiveModel {
        seq: NotSet,
        event_id: Set(record.event_id),
        aggregate: Set(record.aggregate),
        body: Set(record.body),
        created_at: Set(record.created_at),
    }));
}

/// Lists the oldest waiting events behind `after`.
///
/// # Errors
/// The database is out of reach.
pub async fn list_pending(
    database: &Database,
    after: i64,
    limit: u64,
) -> Result<Vec<Pending>, StoreError> {
    let query = outbox::Entity::find()
        .filter(outbox::Column::Seq.gt(after))
        .order_by_asc(outbox::Column::Seq)
        .limit(limit);
    list(database, query).await
}

/// Lists the oldest waiting events of one aggregate behind `after`.
///
/// # Errors
/// The database is out of reach.
pub async fn list_pending_of(
    database: &Database,
    aggregate: &str,
    after: i64,
    limit: u64,
) -> Result<Vec<Pending>, StoreError> {
    let query = outbox::Entity::find()
        .filter(outbox::Column::Seq.gt(after))
        .filter(outbox::Column::Aggregate.eq(aggregate))
        .order_by_asc(outbox::Column::Seq)
        .limit(limit);
    list(database, query).await
}

async fn list(
    database: &Database,
    query: Select<outbox::Entity>,
) -> Result<Vec<Pending>, StoreError> {
    let rows = query.all(database.reader()).await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// Lists the oldest waiting events behind `after` within ranges of places, each given by its bounds,
/// which do not belong to it.
///
/// # Errors
/// The database is out of reach.
pub async fn list_pending_within(
    database: &Database,
    ranges: &[(i64, i64)],
    after: i64,
    limit: u64,
) -> Result<Vec<Pending>, StoreError> {
    let mut within = Condition::any();
    for (from, to) in ranges {
        let seq = outbox::Column::Seq;
        within = within.add(seq.gt(*from).and(seq.lt(*to)));
    }
    let query = outbox::Entity::find()
        .filter(outbox::Column::Seq.gt(after))
        .filter(within)
        .order_by_asc(outbox::Column::Seq)
        .limit(limit);
    list(database, query).await
}

fn from_row(row: outbox::Model) -> Pending {
    Pending {
        seq: row.seq,
        event_id: row.event_id,
        aggregate: row.aggregate,
        body: row.body,
        created_at: row.created_at,
    }
}

/// Removes events that were taken over.
///
/// # Errors
/// The database refuses.
pub async fn remove(database: &Database, delivered: &[i64]) -> Result<(), StoreError> {
    for chunk in delivered.chunks(CHUNK) {
        let removal =
            outbox::Entity::delete_many().filter(outbox::Column::Seq.is_in(chunk.iter().copied()));
        database
            .execute("outbox.remove", removal.as_query())
            .await?;
    }
    Ok(())
}

/// Counts waiting events, up to [`MOST_COUNTED`]: whoever looks how far a relay is behind must not cost it more the
/// further that is.
///
/// # Errors
/// The database is out of reach.
pub async fn count_pending(database: &Database) -> Result<u64, StoreError> {
    let mut some = Query::select();
    some.expr(Expr::val(1))
        .from(outbox::Entity)
        .order_by(outbox::Column::Seq, Order::Asc)
        .limit(MOST_COUNTED);
    let mut counted = Query::select();
    counted
        .expr_as(Func::count(Expr::col(Asterisk)), "events")
        .from_subquery(some, "some");
    let row = database.reader().query_one(&counted).await?;
    let events: i64 = row.map_or(Ok(0), |row| row.try_get("", "events"))?;
    Ok(events.unsigned_abs())
}
