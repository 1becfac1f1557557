//! A trace for each bucket of the request durations: from a slow bar of a graph to what was slow.
//!
//! Kept for traces that a collector is told, the last one of each bucket. The SDK has no place for them yet.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use kernel::Timestamp;

/// Most series that have exemplars: as many as the SDK keeps of one instrument.
const MOST_SERIES: usize = 2_000;

/// What tells the series of request durations apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Series {
    pub(crate) method: String,
    pub(crate) route: String,
    pub(crate) status: String,
}

/// A measurement and the trace in which it was made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Exemplar {
    pub(crate) trace_id: String,
    pub(crate) value: f64,
    pub(crate) at: Timestamp,
}

/// Exemplars of all series, by bucket; the last bucket has no upper bound.
#[derive(Debug)]
pub(crate) struct Exemplars<const BUCKETS: usize> {
    bounds: [f64; BUCKETS],
    kept: Mutex<HashMap<Series, Vec<Option<Exemplar>>>>,
}

impl<const BUCKETS: usize> Exemplars<BUCKETS> {
    pub(crate) fn new(bounds: [f64; BUCKETS]) -> Self {
        let kept = Mutex::default();
        Self { bounds, kept }
    }

    /// Keeps a measurement in the place of the one before it in its bucket.
    pub(crate) fn keep(&self, series: Series, exemplar: Exemplar) {
        let bucket = self.bounds.partition_point(|bound| *bound < exemplar.value);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_SERIES && !kept.contains_key(&series) {
            return;
        }
        let buckets = kept
            .entry(series)
            .or_insert_with(|| vec![None; BUCKETS + 1]);
        if let Some(place) = buckets.get_mut(bucket) {
            *place = Some(exemplar);
        }
    }

    /// What was kept of a series, by bucket.
    pub(crate) fn of(&self, series: &Series) -> Vec<Option<Exemplar>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(series).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;

    use super::{Exemplar, Exemplars, MOST_SERIES, Series};

    fn series(route: &str) -> Series {
        Series {
            method: "GET".to_owned(),
            route: route.to_owned(),
            status: "200".to_owned(),
        }
    }

    fn exemplar(trace: &str, value: f64) -> Exemplar {
        Exemplar {
            trace_id: trace.to_owned(),
            value,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_last_of_each_bucket_is_kept() {
        let exemplars = Exemplars::new([0.1, 1.0]);
        for (trace, value) in [("a", 0.05), ("b", 0.1), ("c", 0.5), ("d", 7.0)] {
            exemplars.keep(series("/a"), exemplar(trace, value));
        }
        let kept = exemplars.of(&series("/a"));
        let traces = kept.iter().flatten().map(|kept| kept.trace_id.as_str());
        // a bound belongs to the bucket below it
        assert!(traces.eq(["b", "c", "d"]), "{kept:?}");
        assert_eq!(exemplars.of(&series("/b")), []);
    }

    #[test]
    fn the_number_of_series_is_bounded() {
        let exemplars = Exemplars::new([1.0]);
        for route in 0..=MOST_SERIES {
            exemplars.keep(series(&route.to_string()), exemplar("a", 0.5));
        }
        let last = MOST_SERIES.to_string();
        assert_eq!(exemplars.of(&series(&last)), []);
        exemplars.keep(series("0"), exemplar("b", 2.0));
        assert_eq!(exemplars.of(&series("0")).len(), 2);
    }
}
