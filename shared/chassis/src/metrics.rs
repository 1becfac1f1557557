//! Metrics: one OpenTelemetry meter provider, shown in Prometheus' text format.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, UpDownCounter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{ManualReader, SdkMeterProvider};
use prometheus::{Encoder, Registry, TextEncoder};

/// Upper bounds of request duration buckets, in seconds.
const BUCKETS: [f64; 11] = [
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

static REGISTRY: OnceLock<Registry> = OnceLock::new();

/// Starts collecting; a second call in one process changes nothing.
pub fn start() {
    let registry = REGISTRY.get_or_init(|| collect(None::<(ManualReader, Resource)>).0);
    tracing::debug!(families = registry.gather().len(), "metrics are on");
}

/// The same, and `reader` tells a collector the same figures. Returns who has to be ended, none where
/// figures were collected before.
pub(crate) fn start_telling(
    reader: impl MetricReader,
    resource: Resource,
) -> Option<SdkMeterProvider> {
    let mut provider = None;
    REGISTRY.get_or_init(|| {
        let (registry, made) = collect(Some((reader, resource)));
        provider = made;
        registry
    });
    provider
}

fn collect<R: MetricReader>(told: Option<(R, Resource)>) -> (Registry, Option<SdkMeterProvider>) {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .without_target_info()
        .build();
    let mut builder = SdkMeterProvider::builder();
    match exporter {
        Ok(exporter) => builder = builder.with_reader(exporter),
        Err(error) => tracing::warn!(%error, "metrics are off"),
    }
    if let Some((reader, resource)) = told {
        builder = builder.with_reader(reader).with_resource(resource);
    }
    let provider = builder.build();
    opentelemetry::global::set_meter_provider(provider.clone());
    (registry, Some(provider))
}

/// Renders all metrics in Prometheus' text format.
#[must_use]
pub fn render() -> Vec<u8> {
    let mut text = Vec::new();
    if let Some(registry) = REGISTRY.get()
        && let Err(error) = TextEncoder::new().encode(&registry.gather(), &mut text)
    {
        tracing::warn!(%error, "metrics do not render");
    }
    text
}

/// Rate, errors and duration of requests.
#[derive(Debug, Clone)]
pub(crate) struct RequestMetrics {
    duration: Histogram<f64>,
    running: UpDownCounter<i64>,
}

impl RequestMetrics {
    pub(crate) fn new() -> Self {
        let meter = opentelemetry::global::meter("linli.http");
        Self {
            duration: meter
                .f64_histogram("http.server.request.duration")
                .with_unit("s")
                .with_description("Time to answer a request")
                .with_boundaries(BUCKETS.to_vec())
                .build(),
            running: meter
                .i64_up_down_counter("http.server.active_requests")
                .with_description("Requests that came and are not answered yet")
                .build(),
        }
    }

    pub(crate) fn started(&self) {
        self.running.add(1, &[]);
    }

    pub(crate) fn finished(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.running.add(-1, &[]);
        self.duration.record(
            took.as_secs_f64(),
            &[
                KeyValue::new("http.request.method", method.to_owned()),
                KeyValue::new("http.route", route.to_owned()),
                KeyValue::new("http.response.status_code", i64::from(status)),
            ],
        );
    }
}

/// Who waits for a turn, and who was sent away. Not by district: their number has no bound of ours.
#[derive(Debug, Clone)]
pub(crate) struct AdmissionMetrics {
    waiting: UpDownCounter<i64>,
    shed: Counter<u64>,
}

impl AdmissionMetrics {
    pub(crate) fn new() -> Self {
        let meter = opentelemetry::global::meter("linli.http");
        Self {
            waiting: meter
                .i64_up_down_counter("http.server.waiting")
                .with_description("Requests that wait for their turn")
                .build(),
            shed: meter
                .u64_counter("http.server.shed")
                .with_description("Requests answered 429 or 503 because too many came")
                .build(),
        }
    }

    pub(crate) fn waiting(&self, change: i64) {
        self.waiting.add(change, &[]);
    }

    pub(crate) fn shed(&self, reason: &'static str) {
        self.shed.add(1, &[KeyValue::new("reason", reason)]);
    }
}
