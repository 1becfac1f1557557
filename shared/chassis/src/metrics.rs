//! Metrics: one OpenTelemetry meter provider, shown in the text formats of Prometheus and OpenMetrics.

mod exemplars;
mod openmetrics;

use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use auth::TraceContext;
use kernel::{Clock, SystemClock};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, UpDownCounter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{ManualReader, SdkMeterProvider};
use prometheus::proto::LabelPair;
use prometheus::{Encoder, Registry, TextEncoder};

use self::exemplars::{Exemplar, Exemplars, Series};

/// Upper bounds of request duration buckets, in seconds.
const BUCKETS: [f64; 11] = [
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

static REGISTRY: OnceLock<Registry> = OnceLock::new();

/// Traces of requests, beside the durations that the registry has.
static EXEMPLARS: LazyLock<Exemplars<{ BUCKETS.len() }>> =
    LazyLock::new(|| Exemplars::new(BUCKETS));

/// The family of request durations, as it is shown.
const DURATIONS: &str = "http_server_request_duration_seconds";

const METHOD: &str = "http.request.method";
const ROUTE: &str = "http.route";
const STATUS: &str = "http.response.status_code";

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

/// Renders all metrics in the text format of OpenMetrics, request durations with traces as exemplars.
fn render_openmetrics() -> String {
    let families = REGISTRY.get().map(Registry::gather).unwrap_or_default();
    openmetrics::write(&families, |name, labels| {
        if name == DURATIONS {
            EXEMPLARS.of(&series_of(labels))
        } else {
            Vec::new()
        }
    })
}

/// Answers a request for metrics, in the format that it prefers.
#[must_use]
pub fn answer(request: &HttpRequest) -> HttpResponse {
    let accept = request.headers().get(header::ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok());
    if accept.is_some_and(openmetrics::is_preferred) {
        return HttpResponse::Ok()
            .content_type(openmetrics::MEDIA_TYPE)
            .body(render_openmetrics());
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(render())
}

fn series_of(labels: &[LabelPair]) -> Series {
    let of = |name: &str| {
        let shown = name.replace('.', "_");
        let label = labels.iter().find(|label| label.name() == shown);
        label.map_or_else(String::new, |label| label.value().to_owned())
    };
    Series {
        method: of(METHOD),
        route: of(ROUTE),
        status: of(STATUS),
    }
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

    pub(crate) fn finished(
        &self,
        (method, route, status): (&str, &str, u16),
        took: Duration,
        trace: &TraceContext,
    ) {
        self.running.add(-1, &[]);
        // of a trace that nobody keeps there is nothing to be shown
        if bus::trace::is_collected() && trace.is_sampled() {
            let series = Series {
                method: method.to_owned(),
                route: route.to_owned(),
                status: status.to_string(),
            };
            let exemplar = Exemplar {
                trace_id: trace.trace_id.clone(),
                value: took.as_secs_f64(),
                at: SystemClock.now(),
            };
            EXEMPLARS.keep(series, exemplar);
        }
        self.duration.record(
            took.as_secs_f64(),
            &[
                KeyValue::new(METHOD, method.to_owned()),
                KeyValue::new(ROUTE, route.to_owned()),
                KeyValue::new(STATUS, i64::from(status)),
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
