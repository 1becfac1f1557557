//! The index of orders' words: a tail of the newest orders with their terms, and segments of bits behind it.
//!
//! An order is put into the tail by the transaction that opens it. When the tail is long enough, its oldest orders become
//! a segment. Whoever looks something up reads the tail before the slices: what moves meanwhile is met twice, never
//! missed.

mod newest;

use std::collections::{BTreeMap, HashSet};

use ::store::{CHUNK, StoreError, Tx, Writes};
use kernel::{OrderId, TypedId};
use sea_orm::sea_query::{Expr, ExprTrait, Query as Sql};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

pub(crate) use newest::Newest;

use super::search_tables::{search_member, search_slice, search_tail};
use super::tables::{order_scope, work_order};
use crate::domain::order::Order;
use crate::domain::search::{Matches, Query, SEGMENT, Segment, Term, fold, terms};

/// Orders of the tail that one look-up reads; more of them wait only after an upgrade.
const TAIL: u64 = 2 * 4_096;

/// The text of an order, folded: what it is about, its number and its place.
pub(crate) fn folded(title: &str, content: &str, number: &str, place: &str) -> String {
    fold(&format!("{title}\n{content}\n{number}\n{place}"))
}

/// Puts new orders into the tail.
pub(crate) fn insert_terms<'a>(
    writes: &mut Writes,
    orders: impl IntoIterator<Item = (&'a Order, &'a str)>,
) {
    let rows: Vec<_> = orders
        .into_iter()
        .map(|(order, place)| {
            let text = folded(&order.title, &order.content, order.number.as_str(), place);
            search_tail::ActiveModel {
                order_id: Set(order.id),
                terms: Set(bytes(&terms(&text))),
            }
        })
        .collect();
    writes.insert(rows);
}

fn bytes(terms: &[Term]) -> Vec<u8> {
    terms.iter().flat_map(|term| term.to_le_bytes()).collect()
}

fn from_bytes(bytes: &[u8]) -> Vec<Term> {
    let (terms, _) = bytes.as_chunks();
    terms.iter().copied().map(Term::from_le_bytes).collect()
}

/// What the index says about a query: a superset of the orders that match it.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    tail: HashSet<OrderId>,
    segments: BTreeMap<usize, Matches>,
}

/// An order of a scope and where it is in the index, if it is in a segment.
pub(crate) type Placed = (OrderId, Option<i64>);

impl Candidates {
    /// Reads what the index has for a query about orders before one of them.
    pub(crate) async fn read(
        db: &impl ConnectionTrait,
        query: &Query,
        before: OrderId,
    ) -> Result<Self, StoreError> {
        let newest = search_tail::Entity::find()
            .filter(search_tail::Column::OrderId.lt(before))
            .order_by_desc(search_tail::Column::OrderId)
            .limit(TAIL)
            .all(db)
            .await?;
        let may_match = |row: &search_tail::Model| {
            row.terms.is_empty() || query.may_match(&from_bytes(&row.terms))
        };
        let tail = newest
            .into_iter()
            .filter(may_match)
            .map(|row| row.order_id)
            .collect();
        let wanted = query.slices();
        let slices: Vec<(i64, Vec<u8>)> = search_slice::Entity::find()
            .select_only()
            .columns([search_slice::Column::Segment, search_slice::Column::Bits])
            .filter(search_slice::Column::Slot.is_in(wanted.iter().map(|slot| i32::from(*slot))))
            .into_tuple()
            .all(db)
            .await?;
        let mut segments: BTreeMap<usize, Matches> = BTreeMap::new();
        for (segment, bits) in slices {
            let segment = super::count(segment)?;
            segments.entry(segment).or_default().and(&bits);
        }
        let segments = segments
            .into_iter()
            .filter_map(|(segment, matches)| Some((segment, matches.of(wanted.len())?)))
            .collect();
        Ok(Self { tail, segments })
    }

    /// Counts them.
    pub(crate) fn count(&self) -> usize {
        let segments = self.segments.values().map(Matches::count);
        segments.sum::<usize>().saturating_add(self.tail.len())
    }

    /// Tells whether an order is one of them.
    pub(crate) fn has(&self, (order, place): &Placed) -> bool {
        if self.tail.contains(order) {
            return true;
        }
        let place = place.and_then(|place| usize::try_from(place).ok());
        place.is_some_and(|place| {
            let segment = self.segments.get(&(place / SEGMENT));
            segment.is_some_and(|matches| matches.has(place % SEGMENT))
        })
    }

    /// Counts those that stand in segments from the last of some orders to the first.
    pub(crate) fn count_within(&self, placed: &[Placed]) -> usize {
        let from = |placed: Option<&Placed>| self.count_from(placed.and_then(|(_, place)| *place));
        from(placed.last()).saturating_sub(from(placed.first()))
    }

    fn count_from(&self, place: Option<i64>) -> usize {
        let Some(place) = place.and_then(|place| usize::try_from(place).ok()) else {
            return 0;
        };
        let segments = self.segments.range(place / SEGMENT..);
        segments
            .map(|(segment, matches)| {
                matches.count_from(place.saturating_sub(segment.saturating_mul(SEGMENT)))
            })
            .sum()
    }
}

fn newest_first(mut orders: Vec<OrderId>) -> Vec<OrderId> {
    orders.sort_unstable_by(|one, other| other.cmp(one));
    orders
}

/// Lists orders of a scope before one of them, the newest first, each with its place in the index.
pub(crate) async fn list_placed(
    db: &impl ConnectionTrait,
    scope: &str,
    before: OrderId,
    limit: usize,
) -> Result<Vec<Placed>, StoreError> {
    // one by one along the scope: as a join a server that has no figures yet reads all there are
    let mut place = Sql::select();
    place
        .column(search_member::Column::Place)
        .from(search_member::Entity)
        .and_where(
            Expr::col((search_member::Entity, search_member::Column::OrderId))
                .equals((order_scope::Entity, order_scope::Column::OrderId)),
        );
    Ok(order_scope::Entity::find()
        .select_only()
        .column(order_scope::Column::OrderId)
        .expr_as(Expr::from(place), "place")
        .filter(order_scope::Column::ScopeCode.eq(scope))
        .filter(order_scope::Column::OrderId.lt(before))
        .order_by_desc(order_scope::Column::OrderId)
        .limit(u64::try_from(limit).unwrap_or(u64::MAX))
        .into_tuple()
        .all(db)
        .await?)
}

/// Orders that are to become a segment.
pub(crate) struct Batch {
    number: i64,
    orders: Vec<OrderId>,
    segment: Segment,
}

/// Reads the oldest orders of the tail, if there are as many as a segment shall have.
pub(crate) async fn find_batch(
    db: &impl ConnectionTrait,
    size: usize,
) -> Result<Option<Batch>, StoreError> {
    let rows = search_tail::Entity::find()
        .filter(search_tail::Column::OrderId.gt(OrderId::from_uuid(Uuid::nil())))
        .order_by_asc(search_tail::Column::OrderId)
        .limit(u64::try_from(size).unwrap_or(u64::MAX))
        .all(db)
        .await?;
    if rows.len() < size.max(1) {
        return Ok(None);
    }
    let last: Option<i64> = search_member::Entity::find()
        .select_only()
        .column_as(search_member::Column::Place.max(), "last")
        .into_tuple()
        .one(db)
        .await?
        .flatten();
    let width = i64::try_from(SEGMENT).unwrap_or(i64::MAX);
    let number = last.map_or(0, |last| last / width + 1);
    let blank: Vec<OrderId> = rows
        .iter()
        .filter(|row| row.terms.is_empty())
        .map(|row| row.order_id)
        .collect();
    let mut texts = read_terms(db, &blank).await?;
    let mut orders = Vec::with_capacity(rows.len());
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        orders.push(row.order_id);
        let late = texts.remove(&row.order_id);
        all.push(late.unwrap_or_else(|| from_bytes(&row.terms)));
    }
    Ok(Some(Batch {
        number,
        orders,
        segment: Segment::build(all.iter().map(Vec::as_slice)),
    }))
}

/// Works out the terms of orders from their texts.
async fn read_terms(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<BTreeMap<OrderId, Vec<Term>>, StoreError> {
    use work_order::Column as C;
    let mut found = BTreeMap::new();
    for chunk in orders.chunks(CHUNK) {
        let texts: Vec<(OrderId, String, String, String, String)> = work_order::Entity::find()
            .select_only()
            .columns([C::Id, C::Title, C::Content, C::Number, C::OrgName])
            .filter(C::Id.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        for (id, title, content, number, place) in texts {
            found.insert(id, terms(&folded(&title, &content, &number, &place)));
        }
    }
    Ok(found)
}

/// Makes the batch a segment; another process that does the same is refused by the keys.
pub(crate) async fn insert_segment(tx: &Tx, batch: &Batch) -> Result<u64, StoreError> {
    let width = i64::try_from(SEGMENT).unwrap_or(i64::MAX);
    let first = batch.number.saturating_mul(width);
    let mut writes = Writes::default();
    let members = (first..).zip(&batch.orders);
    writes.insert(members.map(|(place, order)| search_member::ActiveModel {
        order_id: Set(*order),
        place: Set(place),
    }));
    let slices = batch.segment.slices();
    writes.insert(slices.map(|(slot, bits)| search_slice::ActiveModel {
        slot: Set(i32::from(slot)),
        segment: Set(batch.number),
        bits: Set(bits.to_vec()),
    }));
    writes.run(tx).await?;
    let mut moved = Sql::select();
    moved
        .column(search_member::Column::OrderId)
        .from(search_member::Entity)
        .and_where(
            Expr::col(search_member::Column::Place).between(first, first.saturating_add(width) - 1),
        );
    let gone = search_tail::Entity::delete_many()
        .filter(search_tail::Column::OrderId.in_subquery(moved))
        .exec(tx)
        .await?;
    Ok(gone.rows_affected)
}
