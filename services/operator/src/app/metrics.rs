use std::sync::{Arc, Weak};
use std::time::Duration;

use kube::runtime::reflector::Store;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Histogram};

use crate::crd::{District, DistrictStatus};

/// Upper bounds of duration buckets, in seconds: a look that finds nothing to a first import.
const BUCKETS: [f64; 9] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0];

/// How long looks at districts take and how they end, and how the districts are; none is named.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    duration: Histogram<f64>,
    /// What the gauges are counted from, for as long as this replica works.
    _districts: Arc<Store<District>>,
}

impl Metrics {
    /// Makes the instruments; `districts` are those that the watch has in memory.
    pub(crate) fn new(districts: Store<District>) -> Self {
        let districts = Arc::new(districts);
        let (by_state, units) = (Arc::downgrade(&districts), Arc::downgrade(&districts));
        let meter = opentelemetry::global::meter("linli.operator");
        let duration = meter
            .f64_histogram("operator.reconcile.duration")
            .with_unit("s")
            .with_description("Time to look at a district and put it right")
            .with_boundaries(BUCKETS.to_vec())
            .build();
        meter
            .u64_observable_gauge("operator.districts")
            .with_description(
                "Districts that are declared: ready, degraded, or waiting for something",
            )
            .with_callback(move |shown| count_districts(&by_state, shown))
            .build();
        meter
            .u64_observable_gauge("operator.units")
            .with_description("Organisations at or below the declared districts")
            .with_callback(move |shown| count_units(&units, shown))
            .build();
        Self {
            duration,
            _districts: districts,
        }
    }

    pub(crate) fn looked(&self, took: Duration, outcome: &'static str) {
        let outcome = KeyValue::new("outcome", outcome);
        self.duration.record(took.as_secs_f64(), &[outcome]);
    }
}

fn count_districts(districts: &Weak<Store<District>>, shown: &dyn AsyncInstrument<u64>) {
    let Some(districts) = districts.upgrade() else {
        return;
    };
    let (mut ready, mut degraded, mut waiting) = (0, 0, 0);
    for district in districts.state() {
        match district.status.as_ref() {
            Some(status) if is(status, "Degraded") => degraded += 1,
            Some(status) if is(status, "Ready") => ready += 1,
            _ => waiting += 1,
        }
    }
    for (state, count) in [
        ("ready", ready),
        ("degraded", degraded),
        ("waiting", waiting),
    ] {
        shown.observe(count, &[KeyValue::new("state", state)]);
    }
}

fn is(status: &DistrictStatus, kind: &str) -> bool {
    let mut conditions = status.conditions.iter();
    conditions.any(|one| one.kind == kind && one.status == "True")
}

fn count_units(districts: &Weak<Store<District>>, shown: &dyn AsyncInstrument<u64>) {
    let Some(districts) = districts.upgrade() else {
        return;
    };
    let districts = districts.state();
    let statuses = districts
        .iter()
        .filter_map(|district| district.status.as_ref());
    let units = statuses.filter_map(|status| u64::try_from(status.units?).ok());
    shown.observe(units.sum(), &[]);
}
