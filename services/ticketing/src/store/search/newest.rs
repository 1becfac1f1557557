//! Candidates of a search, the newest first; their ids are read as they are wanted.
//!
//! Within a segment ids ascend with their places. Segments follow one another but for orders that were late: so the newest
//! candidates of all segments are compared, and the segment that has the newest of all is read further.

use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use ::store::{CHUNK, StoreError};
use kernel::OrderId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{Candidates, newest_first};
use crate::domain::search::{Matches, SEGMENT};
use crate::store::count;
use crate::store::search_tables::search_member;

/// Where candidates come from: a segment, or the tail, all of which is ready.
#[derive(Default)]
struct Source {
    matches: Matches,
    /// Place in the index of the segment's first order.
    first: usize,
    /// Places of the segment that were not read yet.
    unread: usize,
    /// Ids that were read, the newest first.
    ready: VecDeque<OrderId>,
}

impl Source {
    /// Reads ids that come next.
    async fn read(&mut self, db: &impl ConnectionTrait, limit: usize) -> Result<(), StoreError> {
        let places: Vec<usize> = self.matches.newest(self.unread).take(limit).collect();
        self.unread = places.last().copied().unwrap_or_default();
        let wanted: Vec<usize> = places.iter().map(|place| self.first + place).collect();
        let ids = ids_at(db, &wanted).await?.into_values().collect();
        self.ready = newest_first(ids).into();
        Ok(())
    }
}

/// The candidates of a search that are still to come.
#[derive(Default)]
pub(crate) struct Newest {
    sources: Vec<Source>,
    /// The newest candidate of each source, and which source that is.
    heads: BinaryHeap<(OrderId, usize)>,
    /// The last one that was read.
    last: Option<OrderId>,
}

impl Newest {
    /// Begins with the candidates before an order.
    pub(crate) async fn before(
        db: &impl ConnectionTrait,
        candidates: &Candidates,
        before: OrderId,
    ) -> Result<Self, StoreError> {
        let mut all = Self::default();
        let tail = candidates.tail.iter().copied();
        all.add(Source {
            ready: newest_first(tail.filter(|order| *order < before).collect()).into(),
            ..Source::default()
        });
        let ends: Vec<(usize, &Matches, usize, usize)> = candidates
            .segments
            .iter()
            .filter_map(|(segment, matches)| {
                let first = segment.saturating_mul(SEGMENT);
                let (oldest, newest) = matches.ends()?;
                Some((first, matches, first + oldest, first + newest))
            })
            .collect();
        let newest: Vec<usize> = ends.iter().map(|(.., newest)| *newest).collect();
        let newest = ids_at(db, &newest).await?;
        let is_before = |ids: &BTreeMap<usize, OrderId>, place: usize| {
            ids.get(&place).is_some_and(|order| *order < before)
        };
        let oldest: Vec<usize> = ends
            .iter()
            .filter(|(.., last)| !is_before(&newest, *last))
            .map(|(.., oldest, _)| *oldest)
            .collect();
        let oldest = ids_at(db, &oldest).await?;
        for (first, matches, begin, end) in ends {
            let mut source = Source {
                matches: matches.clone(),
                first,
                unread: SEGMENT,
                ready: VecDeque::new(),
            };
            if is_before(&newest, end) {
                source.unread = end - first;
                source.ready.extend(newest.get(&end));
            } else if is_before(&oldest, begin) {
                source.read(db, SEGMENT).await?;
                source.ready.retain(|order| *order < before);
            } else {
                continue;
            }
            all.add(source);
        }
        Ok(all)
    }

    fn add(&mut self, source: Source) {
        if let Some(head) = source.ready.front() {
            self.heads.push((*head, self.sources.len()));
            self.sources.push(source);
        }
    }

    /// Reads the next candidates.
    pub(crate) async fn read(
        &mut self,
        db: &impl ConnectionTrait,
        limit: usize,
    ) -> Result<Vec<OrderId>, StoreError> {
        let mut orders = Vec::with_capacity(limit);
        while orders.len() < limit
            && let Some((head, index)) = self.heads.pop()
        {
            // what became part of a segment meanwhile is met twice
            if self.last.replace(head) != Some(head) {
                orders.push(head);
            }
            let Some(source) = self.sources.get_mut(index) else {
                continue;
            };
            source.ready.pop_front();
            if source.ready.is_empty() && source.unread > 0 {
                source.read(db, limit).await?;
            }
            if let Some(head) = source.ready.front() {
                self.heads.push((*head, index));
            }
        }
        Ok(orders)
    }
}

/// Finds the orders at places of the index.
async fn ids_at(
    db: &impl ConnectionTrait,
    places: &[usize],
) -> Result<BTreeMap<usize, OrderId>, StoreError> {
    let mut ids = BTreeMap::new();
    for chunk in places.chunks(CHUNK) {
        let chunk = chunk.iter().filter_map(|place| i64::try_from(*place).ok());
        let found: Vec<(i64, OrderId)> = search_member::Entity::find()
            .select_only()
            .columns([search_member::Column::Place, search_member::Column::OrderId])
            .filter(search_member::Column::Place.is_in(chunk))
            .into_tuple()
            .all(db)
            .await?;
        for (place, order) in found {
            ids.insert(count(place)?, order);
        }
    }
    Ok(ids)
}
