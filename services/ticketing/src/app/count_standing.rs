//! Counts how orders stand, for the gauges (运行指标): by workflow and state, by district, and what waits for a decision.
//!
//! Labels are workflows, states, kinds and codes of districts, all of which the installation bounds; no order, person
//! or place below a district is named. Orders are those opened within a year, as in the statistics, so a turn costs the
//! same however many there ever were.

use std::collections::BTreeMap;
use std::time::Duration;

use ::store::StoreError;
use chassis::{Row, Standing};
use kernel::{Named, OrgCode};

use super::App;
use super::derive_figures::day_of;
use crate::domain::request::RequestKind;
use crate::domain::statistics::Counts;
use crate::store::overdue::list_woken;
use crate::store::scopes::CITY;
use crate::store::standing::{
    count_due, count_places, count_requests, count_states, list_districts,
};

/// Who counts.
const SERVICE: &str = "ticketing";
/// How far back orders are counted.
const SINCE: Duration = Duration::from_hours(24 * 365);
/// Where the count of changes that wait for the figures ends: more says no more.
const MOST_DUE: u64 = 5_000;
/// Stands for all districts that are not shown apart.
const OTHER: &str = "other";

/// The service's gauges.
#[derive(Debug)]
pub(crate) struct Gauges {
    orders: Standing,
    running: Standing,
    requests: Standing,
    waiting: Standing,
    clocks: Standing,
}

impl Gauges {
    /// Makes them, empty.
    pub(crate) fn new() -> Self {
        Self {
            orders: Standing::new(
                SERVICE,
                "linli.orders",
                "Orders of a year by workflow and state",
            ),
            running: Standing::new(
                SERVICE,
                "linli.orders.running",
                "Orders under way by district and light: green, yellow (soon due), red (overdue)",
            ),
            requests: Standing::new(
                SERVICE,
                "linli.requests.waiting",
                "Requests to return, extend, suspend, exclude or terminate that nobody has decided",
            ),
            waiting: Standing::new(
                SERVICE,
                "linli.figures.waiting",
                "Changes of orders that the statistics do not show yet, 5,000 at most",
            ),
            clocks: Standing::of_seconds(
                SERVICE,
                "linli.clocks.lag",
                "How long ago the oldest level was reached of which nobody has been told",
            ),
        }
    }
}

/// Counts.
pub(crate) async fn count_standing(app: &App, gauges: &Gauges) -> Result<(), StoreError> {
    let since = day_of(app.clock.now().minus(SINCE), &app.zone);
    let db = app.db.reader();
    let states = orders(count_states(db, &since).await?);
    let districts = list_districts(db, app.config.shown_districts).await?;
    let running = running(&districts, &count_places(db, &districts, &since).await?);
    let requests = requests(&count_requests(db).await?);
    let waiting = vec![(Vec::new(), count_due(db, MOST_DUE).await?)];
    let now = app.clock.now();
    let oldest = list_woken(db, now, None, 1).await?.first().copied();
    let lag = oldest.map_or(0, |(reached_at, _)| {
        now.duration_since(reached_at).as_secs()
    });
    gauges.orders.show(states);
    gauges.running.show(running);
    gauges.requests.show(requests);
    gauges.waiting.show(waiting);
    gauges.clocks.show(vec![(Vec::new(), lag)]);
    Ok(())
}

fn orders(states: BTreeMap<String, u64>) -> Vec<Row> {
    let rows = states.into_iter().map(|(value, orders)| {
        let (workflow, state) = value.split_once('/').unwrap_or((&value, ""));
        let labels = vec![
            ("workflow", workflow.to_owned()),
            ("state", state.to_owned()),
        ];
        (labels, orders)
    });
    rows.collect()
}

/// Orders under way of each district, and of the others together: what the city has and the shown ones don't.
fn running(districts: &[OrgCode], places: &BTreeMap<String, Counts>) -> Vec<Row> {
    let mut rows = Vec::with_capacity(districts.len() * 3 + 3);
    let none = Counts::default();
    let mut rest = places.get(CITY).cloned().unwrap_or_default();
    for district in districts {
        let counts = places.get(district.as_str()).unwrap_or(&none);
        rows.extend(lights(district.as_str(), counts));
        rest.subtract(counts);
    }
    rows.extend(lights(OTHER, &rest));
    rows
}

fn lights(district: &str, counts: &Counts) -> [Row; 3] {
    [
        ("green", counts.lights_green),
        ("yellow", counts.lights_yellow),
        ("red", counts.lights_red),
    ]
    .map(|(light, orders)| {
        let labels = vec![
            ("district", district.to_owned()),
            ("light", light.to_owned()),
        ];
        (labels, orders)
    })
}

/// Requests of each kind; a kind without any is shown with none, so that an alert sees it come.
fn requests(kinds: &BTreeMap<String, u64>) -> Vec<Row> {
    let row = |kind: &RequestKind| {
        let waiting = kinds.get(kind.name()).copied().unwrap_or_default();
        (vec![("kind", kind.name().to_owned())], waiting)
    };
    RequestKind::ALL.iter().map(row).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::collections::BTreeMap;

    use super::running;
    use crate::domain::statistics::Counts;

    #[test]
    fn what_is_not_shown_apart_is_shown_together() {
        let of = |green, red| Counts {
            lights_green: green,
            lights_red: red,
            ..Counts::default()
        };
        let places = BTreeMap::from([
            ("/".to_owned(), of(10, 5)),
            ("420105000000".to_owned(), of(7, 1)),
        ]);
        let districts = ["420105000000", "420106000000"].map(|code| code.parse().unwrap());
        let rows = running(&districts, &places);
        let shown = |district: &str, light: &str| {
            let labels = [district, light];
            let mut rows = rows.iter();
            let row =
                rows.find(|(found, _)| found.iter().map(|(_, label)| label.as_str()).eq(labels));
            row.unwrap().1
        };
        assert_eq!(rows.len(), 9);
        assert_eq!(
            (shown("420105000000", "green"), shown("420105000000", "red")),
            (7, 1)
        );
        assert_eq!(
            (shown("420106000000", "green"), shown("420106000000", "red")),
            (0, 0)
        );
        assert_eq!((shown("other", "green"), shown("other", "red")), (3, 4));
    }
}
