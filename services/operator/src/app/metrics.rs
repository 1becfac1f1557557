use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::Histogram;

/// Upper bounds of duration buckets, in seconds: a look that finds nothing to a first import.
const BUCKETS: [f64; 9] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0];

/// How long looks at districts take, and how they end; no district is named.
#[derive(Debug, Clone)]
pub(crate) struct Metrics(Histogram<f64>);

impl Metrics {
    pub(crate) fn new() -> Self {
        let meter = opentelemetry::global::meter("linli.operator");
        let duration = meter
            .f64_histogram("operator.reconcile.duration")
            .with_unit("s")
            .with_description("Time to look at a district and put it right")
            .with_boundaries(BUCKETS.to_vec())
            .build();
        Self(duration)
    }

    pub(crate) fn looked(&self, took: Duration, outcome: &'static str) {
        let outcome = KeyValue::new("outcome", outcome);
        self.0.record(took.as_secs_f64(), &[outcome]);
    }
}
