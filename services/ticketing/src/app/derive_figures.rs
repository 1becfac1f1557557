//! Works out from the event log what orders add to the figures; nothing is written.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ::store::StoreError;
use jiff::tz::TimeZone;
use kernel::{OrderId, OrgCode, Timestamp};
use sea_orm::ConnectionTrait;
use serde_json::Value;

use super::App;
use crate::domain::calendar::Calendar;
use crate::domain::event::DomainEvent;
use crate::domain::flags::{Deed, deeds};
use crate::domain::request::Metric;
use crate::domain::statistics::{Counts, Line, Subject, Sums, derive};
use crate::store::calendars::{CITY, StoredCalendar, list_versions};
use crate::store::figures::{
    CellKey, Dimension, Facts, Kept, find_cells, list_excluded, list_facts, list_kept,
};
use crate::store::scopes::scopes_above;
use crate::store::timeline::{Entry, list_logs};

/// Most orders that are worked on at once.
pub(crate) const BATCH: usize = 100;

/// Names a day.
pub(crate) fn day_of(at: Timestamp, zone: &TimeZone) -> String {
    at.date_in(zone).to_string()
}

/// What orders add now, and what changes by that.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// What orders add now.
    pub(crate) kept: Vec<Kept>,
    /// What goes and what comes, by sum.
    pub(crate) cells: BTreeMap<CellKey, (Sums, Sums)>,
}

impl Changes {
    /// Replaces what an order added by what it adds.
    fn replace(&mut self, before: Option<&Kept>, after: Kept) {
        if before == Some(&after) {
            return;
        }
        if let Some(before) = before {
            for (key, sums) in cells_of(before) {
                self.cells.entry(key).or_default().0.add(&sums);
            }
        }
        for (key, sums) in cells_of(&after) {
            self.cells.entry(key).or_default().1.add(&sums);
        }
        self.kept.push(after);
    }

    /// Returns the sums as they are afterwards.
    pub(crate) async fn applied(
        &self,
        db: &impl ConnectionTrait,
    ) -> Result<BTreeMap<CellKey, Sums>, StoreError> {
        let mut cells = find_cells(db, self.cells.keys()).await?;
        for (key, change) in &self.cells {
            apply(cells.entry(key.clone()).or_default(), change);
        }
        Ok(cells)
    }
}

/// Applies a change to a sum.
pub(crate) fn apply(sums: &mut Sums, (gone, come): &(Sums, Sums)) {
    // first what comes: what goes is never more than what is there then
    sums.add(come);
    sums.subtract(gone);
}

/// Lists the sums that an order adds to.
pub(crate) fn cells_of(kept: &Kept) -> Vec<(CellKey, Sums)> {
    let [workflow, state, category, channel] = &kept.facets;
    let one = Sums {
        counts: Counts {
            opened: kept.sums.counts.opened,
            ..Counts::default()
        },
        ..Sums::default()
    };
    let mut cells = Vec::with_capacity(kept.scopes.len() * 5);
    for scope in &kept.scopes {
        for (dimension, value, sums) in [
            (Dimension::All, "", &kept.sums),
            (Dimension::Workflow, workflow, &kept.sums),
            (Dimension::Category, category, &kept.sums),
            (Dimension::Channel, channel, &kept.sums),
            (Dimension::State, state, &one),
        ] {
            let key = CellKey {
                scope: scope.clone(),
                dimension,
                day: kept.day.clone(),
                value: value.to_owned(),
            };
            cells.push((key, sums.clone()));
        }
    }
    cells
}

/// Works out what some orders add now, beside what they added.
pub(crate) async fn changes_of(
    app: &App,
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Changes, StoreError> {
    let mut changes = Changes::default();
    let mut calendars = CalendarsThen::default();
    for chunk in orders.chunks(BATCH) {
        let before = list_kept(db, chunk).await?;
        let facts = list_facts(db, chunk).await?;
        for kept in derive_all(app, db, &facts, &mut calendars, None).await? {
            changes.replace(before.get(&kept.order_id), kept);
        }
    }
    Ok(changes)
}

/// Works out what orders add, by what had happened before an instant, or up to now.
pub(crate) async fn derive_all(
    app: &App,
    db: &impl ConnectionTrait,
    facts: &[Facts],
    calendars: &mut CalendarsThen,
    before: Option<Timestamp>,
) -> Result<Vec<Kept>, StoreError> {
    let ids: Vec<OrderId> = facts.iter().map(|order| order.id).collect();
    let mut lines: HashMap<OrderId, Vec<Line>> = HashMap::new();
    for entry in list_logs(db, &ids).await? {
        if before.is_none_or(|before| entry.at < before) {
            lines
                .entry(entry.order_id)
                .or_default()
                .push(line_of(entry));
        }
    }
    let mut excluded: HashMap<OrderId, Vec<Metric>> = HashMap::new();
    for (order, metric, since) in list_excluded(db, &ids).await? {
        if before.is_none_or(|before| since < before) {
            excluded.entry(order).or_default().push(metric);
        }
    }
    let mut found = Vec::with_capacity(facts.len());
    for order in facts {
        let log = lines.remove(&order.id).unwrap_or_default();
        let excluded = excluded.remove(&order.id).unwrap_or_default();
        found.push(derive_one(app, db, order, (&log, &excluded), calendars).await?);
    }
    Ok(found)
}

/// Reads what units did to some orders.
pub(crate) async fn deeds_of(
    app: &App,
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<Deed>, StoreError> {
    let facts = list_facts(db, orders).await?;
    let mut lines: HashMap<OrderId, Vec<Line>> = HashMap::new();
    for entry in list_logs(db, orders).await? {
        lines
            .entry(entry.order_id)
            .or_default()
            .push(line_of(entry));
    }
    let mut found = Vec::new();
    for order in &facts {
        let version = u32::try_from(order.workflow_version).unwrap_or_default();
        let definition = app.workflows.find(&order.workflow, version);
        let subject = Subject {
            workflow: &order.workflow,
            definition: definition.map(AsRef::as_ref),
            channel: &order.channel,
            excluded: &[],
        };
        let log = lines.remove(&order.id).unwrap_or_default();
        found.extend(deeds(order.id, &subject, &log, &app.figures));
    }
    Ok(found)
}

/// What an order added at an earlier time, and to what.
#[derive(Debug)]
pub(crate) struct Then {
    /// The place that it belonged to.
    pub(crate) place: OrgCode,
    /// Its category; empty for none.
    pub(crate) category: String,
    /// What it added.
    pub(crate) sums: Sums,
}

/// Works out what orders added before an instant, and to which place and category they belonged then.
pub(crate) async fn derive_then(
    app: &App,
    db: &impl ConnectionTrait,
    facts: &[Facts],
    calendars: &mut CalendarsThen,
    before: Timestamp,
) -> Result<Vec<Then>, StoreError> {
    let ids: Vec<OrderId> = facts.iter().map(|order| order.id).collect();
    let mut places: HashMap<OrderId, OrgCode> = HashMap::new();
    let mut categories: HashMap<OrderId, Option<String>> = HashMap::new();
    for entry in list_logs(db, &ids).await? {
        let (id, at) = (entry.order_id, entry.at);
        for fact in line_of(entry).facts {
            match fact {
                // the first move since tells where it was before
                DomainEvent::LevelRaised { from, .. } if at >= before => {
                    places.entry(id).or_insert(from);
                }
                DomainEvent::Categorised { category, .. } if at < before => {
                    categories.insert(id, category);
                }
                _ => {}
            }
        }
    }
    let kept = derive_all(app, db, facts, calendars, Some(before)).await?;
    let mut found = Vec::with_capacity(kept.len());
    for (order, kept) in facts.iter().zip(kept) {
        let place = places.remove(&order.id).or_else(|| order.org_path.leaf());
        let category = categories.remove(&order.id);
        let Some(place) = place.filter(|_| !kept.sums.is_empty()) else {
            continue;
        };
        found.push(Then {
            place,
            category: category
                .unwrap_or_else(|| order.category.clone())
                .unwrap_or_default(),
            sums: kept.sums,
        });
    }
    Ok(found)
}

async fn derive_one(
    app: &App,
    db: &impl ConnectionTrait,
    order: &Facts,
    (log, excluded): (&[Line], &[Metric]),
    calendars: &mut CalendarsThen,
) -> Result<Kept, StoreError> {
    let version = u32::try_from(order.workflow_version).unwrap_or_default();
    let definition = app.workflows.find(&order.workflow, version);
    let subject = Subject {
        workflow: &order.workflow,
        definition: definition.map(AsRef::as_ref),
        channel: &order.channel,
        excluded,
    };
    let last = log.last().map_or(order.created_at, |line| line.at);
    let district = order.org_path.leaf();
    let district = district.as_ref().map_or(CITY, |code| code.district());
    let calendar = calendars.at(app, db, district, last).await?;
    let mut scopes = scopes_above(&order.org_path);
    for scope in order.unit_path.iter().flat_map(scopes_above) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let state = log.last().map_or("", |line| line.to.as_str());
    Ok(Kept {
        order_id: order.id,
        day: day_of(order.created_at, &app.zone),
        scopes,
        facets: [
            order.workflow.clone(),
            format!("{}/{state}", order.workflow),
            order.category.clone().unwrap_or_default(),
            order.channel.clone(),
        ],
        sums: derive(&subject, log, &app.figures, &calendar),
    })
}

/// Reads a line of the timeline as figures do.
fn line_of(entry: Entry) -> Line {
    let bool_of = |name: &str| entry.input.get(name).and_then(Value::as_bool);
    let number_of = |name: &str| entry.input.get(name).and_then(Value::as_i64);
    Line {
        reached: bool_of("reached"),
        solved: ["solved", "passed", "found", "justified"]
            .into_iter()
            .find_map(bool_of),
        claimed: bool_of("resolved"),
        score: number_of("score").or_else(|| number_of("satisfaction")),
        problems_solved: number_of("problems_solved").and_then(|count| u64::try_from(count).ok()),
        said: entry
            .input
            .get("public_answer")
            .and_then(Value::as_str)
            .map(str::to_owned),
        action: entry.action,
        to: entry.to_state,
        round: entry.round,
        late: entry.late,
        // a kind of fact that figures don't know says nothing to them
        facts: entry
            .facts
            .into_iter()
            .filter_map(|fact| serde_json::from_value(fact).ok())
            .collect(),
        at: entry.at,
    }
}

/// The calendars that held at a time: a later correction doesn't change how long something took.
#[derive(Debug, Default)]
pub(crate) struct CalendarsThen {
    known: HashMap<String, Vec<(Timestamp, Arc<Calendar>)>>,
}

impl CalendarsThen {
    async fn at(
        &mut self,
        app: &App,
        db: &impl ConnectionTrait,
        district: &str,
        at: Timestamp,
    ) -> Result<Arc<Calendar>, StoreError> {
        for name in [district, CITY] {
            if !self.known.contains_key(name) {
                let versions = resolved(list_versions(db, name).await?)?;
                self.known.insert(name.to_owned(), versions);
            }
            let versions = self.known.get(name).map_or(&[][..], Vec::as_slice);
            let held = versions.iter().rfind(|(since, _)| *since <= at);
            if let Some((_, calendar)) = held {
                return Ok(Arc::clone(calendar));
            }
        }
        Ok(Arc::clone(app.calendars.built_in()))
    }
}

fn resolved(versions: Vec<StoredCalendar>) -> Result<Vec<(Timestamp, Arc<Calendar>)>, StoreError> {
    let mut all = Vec::with_capacity(versions.len());
    for version in versions {
        let calendar = version.spec.resolve();
        let calendar = calendar.map_err(|error| StoreError::Corrupt(error.to_string()))?;
        all.push((version.at, Arc::new(calendar)));
    }
    Ok(all)
}
