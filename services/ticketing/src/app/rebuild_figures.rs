//! Makes the figures anew from the event log, or tells where they differ from it.

use std::collections::{BTreeMap, BTreeSet};

use ::store::StoreError;
use kernel::{Named, OrderId};

use super::App;
use super::derive_figures::{BATCH, CalendarsThen, cells_of, derive_all};
use super::fold_figures::fold_figures;
use crate::domain::statistics::Sums;
use crate::store::figures::{
    CellKey, clear, list_all_cells, list_all_facts, list_due, list_kept, mark_all, take_turn,
};

/// Sums that are read at once.
const PAGE: u64 = 500;

/// What a comparison with the event log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FigureState {
    /// Everything agrees: so many orders, so many sums.
    Whole {
        /// Orders.
        orders: u64,
        /// Sums.
        cells: u64,
    },
    /// Something differs; this is the first of it.
    Differs(String),
}

/// Forgets all figures and makes them anew; returns how many orders were counted, and tells `progress` meanwhile.
///
/// # Errors
/// The store fails.
pub async fn rebuild_figures(
    app: &App,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<u64, StoreError> {
    app.db
        .maintain("figures.clear", |tx| async move {
            take_turn(&tx).await?;
            clear(&tx).await?;
            mark_all(&tx).await
        })
        .await?;
    let mut counted = 0;
    loop {
        match fold_figures(app).await? {
            0 => return Ok(counted),
            folded => counted += folded,
        }
        progress(counted);
    }
}

/// Compares the figures with what the event log gives, on one snapshot. Orders whose last change has not been looked at
/// yet are taken as they were counted. `progress` is told how many orders were compared.
///
/// # Errors
/// The store fails.
pub async fn verify_figures(
    app: &App,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<FigureState, StoreError> {
    while fold_figures(app).await? > 0 {}
    app.db
        .read("figures.verify", |tx| async move {
            let waiting: BTreeSet<OrderId> = list_due(&*tx, u64::from(u32::MAX))
                .await?
                .into_iter()
                .map(|row| row.order_id)
                .collect();
            let mut expected: BTreeMap<CellKey, Sums> = BTreeMap::new();
            let mut calendars = CalendarsThen::default();
            let (mut orders, mut after) = (0_u64, None);
            loop {
                let limit = u64::try_from(BATCH).unwrap_or(u64::MAX);
                let facts = list_all_facts(&*tx, after, limit).await?;
                let Some(last) = facts.last() else { break };
                after = Some(last.id);
                let ids: Vec<OrderId> = facts.iter().map(|order| order.id).collect();
                let kept = list_kept(&*tx, &ids).await?;
                for derived in derive_all(app, &*tx, &facts, &mut calendars, None).await? {
                    let id = derived.order_id;
                    let stored = kept.get(&id);
                    if !waiting.contains(&id) && stored != Some(&derived) {
                        return Ok(FigureState::Differs(format!(
                            "{id}: {stored:?}; by its log {derived:?}"
                        )));
                    }
                    for (key, sums) in stored.map(cells_of).unwrap_or_default() {
                        expected.entry(key).or_default().add(&sums);
                    }
                    orders += 1;
                }
                progress(orders);
            }
            compare(&*tx, expected, orders).await
        })
        .await
}

async fn compare(
    db: &impl sea_orm::ConnectionTrait,
    mut expected: BTreeMap<CellKey, Sums>,
    orders: u64,
) -> Result<FigureState, StoreError> {
    let (mut cells, mut after) = (0, None);
    loop {
        let (page, last) = list_all_cells(db, after, PAGE).await?;
        if last.is_none() {
            break;
        }
        after = last;
        for (key, stored) in page {
            let derived = expected.remove(&key).unwrap_or_default();
            if derived != stored {
                return Ok(differs(&key, &stored, &derived));
            }
            cells += 1;
        }
    }
    // a sum of nothing is not kept
    expected.retain(|_, sums| !sums.is_empty());
    Ok(match expected.iter().next() {
        Some((key, derived)) => differs(key, &Sums::default(), derived),
        None => FigureState::Whole { orders, cells },
    })
}

fn differs(key: &CellKey, stored: &Sums, derived: &Sums) -> FigureState {
    let name = crate::domain::statistics::Counts::NAMES
        .iter()
        .find(|name| stored.counts.get(name) != derived.counts.get(name));
    let name = name.copied().unwrap_or("minutes");
    let of = |sums: &Sums| sums.counts.get(name).unwrap_or_default();
    FigureState::Differs(format!(
        "{} {} {} {:?}: {name} {} kept, {} by the log",
        key.scope,
        key.day,
        key.dimension.name(),
        key.value,
        of(stored),
        of(derived)
    ))
}
