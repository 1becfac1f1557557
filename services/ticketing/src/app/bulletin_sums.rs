//! Works out from the event log what the bulletins of a district and a quarter are made of.

use std::collections::{BTreeMap, BTreeSet};

use ::store::StoreError;
use kernel::{OrderId, OrgCode, OrgPath, Timestamp};
use sea_orm::ConnectionTrait;

use super::App;
use super::derive_figures::{CalendarsThen, derive_then};
use super::list_figure_orders::midnight;
use crate::domain::bulletin::quarter::Quarter;
use crate::domain::bulletin::{Place, Totals};
use crate::store::figures::{list_all_opened, list_facts};
use crate::store::orgs::{Org, list_below};

/// Orders that are read at once.
const PAGE: u64 = 200;
/// Kinds of places that have a bulletin.
const KINDS: [&str; 4] = ["district", "street", "community", "compound"];

/// What is counted of each place's own orders.
pub(crate) type Own = BTreeMap<OrgCode, Totals>;

/// Counts the orders of a district that were opened in a quarter, by their place, as of an instant.
pub(crate) async fn own_of(
    app: &App,
    db: &impl ConnectionTrait,
    district: &OrgCode,
    quarter: Quarter,
    as_of: Timestamp,
) -> Result<Own, StoreError> {
    let end = quarter.last_day().tomorrow().unwrap_or(quarter.last_day());
    let period = (
        midnight(quarter.first_day(), &app.zone),
        midnight(end, &app.zone),
    );
    let mut own = Own::new();
    let mut calendars = CalendarsThen::default();
    let mut after = None;
    loop {
        let page = list_all_opened(db, district.as_str(), period, after, PAGE).await?;
        after = page.last().copied();
        if after.is_none() {
            return Ok(own);
        }
        let ids: Vec<OrderId> = page.iter().map(|(_, id)| *id).collect();
        let facts = list_facts(db, &ids).await?;
        for then in derive_then(app, db, &facts, &mut calendars, as_of).await? {
            let totals = own.entry(then.place).or_default();
            totals.counts.add(&then.sums.counts);
            *totals.categories.entry(then.category).or_default() += 1;
        }
    }
}

/// Puts the counts together for every place that has a bulletin.
pub(crate) async fn places_of(
    db: &impl ConnectionTrait,
    district: &OrgPath,
    own: &Own,
) -> Result<Vec<Place>, StoreError> {
    let orgs = list_below(db, district).await?;
    let paths: BTreeMap<&OrgCode, &OrgPath> =
        orgs.iter().map(|org| (&org.code, &org.path)).collect();
    let with_bulletin: BTreeSet<&OrgCode> = orgs
        .iter()
        .filter(|org| KINDS.contains(&org.kind.as_str()))
        .map(|org| &org.code)
        .collect();
    let mut places = BTreeMap::new();
    for org in &orgs {
        if with_bulletin.contains(&org.code) {
            places.insert(&org.code, empty(org, &with_bulletin));
        }
    }
    for (code, totals) in own {
        // what belongs to a place that is gone counts for the district
        let path = paths.get(code).copied().unwrap_or(district);
        for above in path.ancestors() {
            let place = above.leaf().and_then(|code| places.get_mut(&code));
            if let Some(place) = place {
                place.totals.add(totals);
                place.sources.insert(code.clone());
            }
        }
    }
    Ok(places.into_values().collect())
}

fn empty(org: &Org, with_bulletin: &BTreeSet<&OrgCode>) -> Place {
    let mut above = org.path.parent();
    let mut parent = None;
    while let Some(path) = above {
        parent = path.leaf().filter(|code| with_bulletin.contains(code));
        if parent.is_some() {
            break;
        }
        above = path.parent();
    }
    Place {
        code: org.code.clone(),
        name: org.name.clone(),
        parent,
        totals: Totals::default(),
        sources: BTreeSet::new(),
    }
}

/// Adds up the counts of some places.
pub(crate) fn sum_of(own: &Own, sources: &[OrgCode]) -> Totals {
    let mut totals = Totals::default();
    for code in sources {
        if let Some(counted) = own.get(code) {
            totals.add(counted);
        }
    }
    totals
}
