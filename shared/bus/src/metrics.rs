use std::collections::HashSet;
use std::time::Duration;

use opentelemetry::metrics::{Counter, Gauge, Histogram};
use opentelemetry::{KeyValue, global};

/// Upper bounds of the buckets of how long handling takes, in seconds.
const BUCKETS: [f64; 9] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];

/// Label of a type that no contract names: keeps the number of series bounded.
pub(crate) const OTHER: &str = "other";

/// Instruments of a relay.
pub(crate) struct RelayMetrics {
    service: &'static str,
    types: HashSet<&'static str>,
    published: Counter<u64>,
    failed: Counter<u64>,
    pending: Gauge<u64>,
    lag: Gauge<f64>,
}

impl RelayMetrics {
    pub(crate) fn new(service: &'static str) -> Self {
        let meter = global::meter("linli.bus");
        Self {
            service,
            types: contracts::types().collect(),
            published: meter
                .u64_counter("linli.bus.published")
                .with_description("events taken over by the bus")
                .build(),
            failed: meter
                .u64_counter("linli.bus.publish_failed")
                .with_description("publications that will be tried again")
                .build(),
            pending: meter
                .u64_gauge("linli.bus.outbox.pending")
                .with_description("events waiting in the outbox")
                .build(),
            lag: meter
                .f64_gauge("linli.bus.outbox.lag")
                .with_unit("s")
                .with_description("age of the oldest event in the outbox")
                .build(),
        }
    }

    /// Returns the label of a type.
    pub(crate) fn label(&self, kind: &str) -> &'static str {
        self.types.get(kind).copied().unwrap_or(OTHER)
    }

    pub(crate) fn published(&self, kind: &'static str) {
        self.published.add(
            1,
            &[
                KeyValue::new("service", self.service),
                KeyValue::new("type", kind),
            ],
        );
    }

    pub(crate) fn failed(&self, count: u64) {
        self.failed
            .add(count, &[KeyValue::new("service", self.service)]);
    }

    pub(crate) fn lag(&self, pending: u64, oldest: Duration) {
        let labels = [KeyValue::new("service", self.service)];
        self.pending.record(pending, &labels);
        self.lag.record(oldest.as_secs_f64(), &labels);
    }
}

/// Instruments of a consumer.
pub(crate) struct ConsumerMetrics {
    consumer: &'static str,
    handled: Counter<u64>,
    redelivered: Counter<u64>,
    retried: Counter<u64>,
    dead: Counter<u64>,
    duration: Histogram<f64>,
}

impl ConsumerMetrics {
    pub(crate) fn new(consumer: &'static str) -> Self {
        let meter = global::meter("linli.bus");
        Self {
            consumer,
            handled: meter
                .u64_counter("linli.bus.handled")
                .with_description("events whose effect was committed")
                .build(),
            redelivered: meter
                .u64_counter("linli.bus.redelivered")
                .with_description("deliveries of events handled before")
                .build(),
            retried: meter
                .u64_counter("linli.bus.retried")
                .with_description("failed runs that will be tried again")
                .build(),
            dead: meter
                .u64_counter("linli.bus.dead_lettered")
                .with_description("events given up on")
                .build(),
            duration: meter
                .f64_histogram("linli.bus.handle.duration")
                .with_unit("s")
                .with_description("time of the transaction in which an event was handled, of all that came with it")
                .with_boundaries(BUCKETS.to_vec())
                .build(),
        }
    }

    fn labels(&self, kind: Option<&'static str>) -> [KeyValue; 2] {
        [
            KeyValue::new("consumer", self.consumer),
            KeyValue::new("type", kind.unwrap_or(OTHER)),
        ]
    }

    pub(crate) fn handled(&self, kind: Option<&'static str>) {
        self.handled.add(1, &self.labels(kind));
    }

    /// Notes how long the transaction of an event took, whether it was committed or not.
    pub(crate) fn took(&self, kind: Option<&'static str>, time: Duration, committed: bool) {
        let outcome = if committed { "committed" } else { "failed" };
        let [consumer, kind] = self.labels(kind);
        let labels = [consumer, kind, KeyValue::new("outcome", outcome)];
        self.duration.record(time.as_secs_f64(), &labels);
    }

    pub(crate) fn redelivered(&self, kind: Option<&'static str>) {
        self.redelivered.add(1, &self.labels(kind));
    }

    pub(crate) fn retried(&self, kind: Option<&'static str>) {
        self.retried.add(1, &self.labels(kind));
    }

    pub(crate) fn dead(&self, kind: Option<&'static str>) {
        self.dead.add(1, &self.labels(kind));
    }
}

/// Shows what waits in the queues of the consumers of this process.
pub(crate) struct QueueMetrics {
    depth: Gauge<u64>,
}

impl QueueMetrics {
    pub(crate) fn new() -> Self {
        Self {
            depth: global::meter("linli.bus")
                .u64_gauge("linli.bus.queue.depth")
                .with_description("events that wait in a consumer's queue on the broker")
                .build(),
        }
    }

    pub(crate) fn depth(&self, consumer: &'static str, waiting: u64) {
        self.depth
            .record(waiting, &[KeyValue::new("consumer", consumer)]);
    }
}
