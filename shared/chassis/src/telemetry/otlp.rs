//! Traces, metrics and logs by OTLP over gRPC.
//!
//! Spans and records wait in bounded queues for threads of their own: no request waits for a
//! collector, and what finds a full queue is dropped.

use std::collections::BTreeMap;
use std::time::Duration;

use opentelemetry::logs::LoggerProvider;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::tonic_types::transport::{Certificate, ClientTlsConfig};
use opentelemetry_otlp::{
    ExporterBuildError, LogExporter, MetricExporter, SpanExporter, WithExportConfig,
    WithTonicConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{self, BatchLogProcessor, SdkLoggerProvider};
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{self, BatchSpanProcessor, Sampler, SdkTracerProvider};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;

use super::export::{Split, Watched};
use super::level::Filter;
use super::queue::{Queue, Queued};
use super::records::Records;
use super::{Heard, Process, resource};
use crate::{ConfigError, TelemetryConfig, metrics};

/// Longest time that one batch takes to a collector, its repetitions included.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How many spans, and how many records, wait where the standard's variables say nothing.
const QUEUE: usize = 2_048;

/// Name under which our spans and records are told.
const SCOPE: &str = "linli";

/// What the way to the collector itself says: telling it that way would never end.
const OWN: [&str; 5] = ["opentelemetry", "tonic", "h2", "hyper", "tower"];

/// What sends to the collector.
#[derive(Debug)]
pub(super) struct Providers {
    traces: SdkTracerProvider,
    logs: SdkLoggerProvider,
    metrics: Option<SdkMeterProvider>,
}

/// Where the collector is.
struct Collector {
    endpoint: String,
    tls: Option<ClientTlsConfig>,
}

/// Makes what sends to the collector that the configuration or the standard's variable names.
///
/// The collector need not be there: it is connected when there is something to send.
pub(super) fn connect(
    config: &TelemetryConfig,
    process: &Process,
) -> Result<Option<Providers>, ConfigError> {
    let Some(collector) = Collector::of(config)? else {
        return Ok(None);
    };
    let refused = |_: ExporterBuildError| ConfigError::Value {
        key: "telemetry.otlp_endpoint".to_owned(),
        reason: "cannot be used with these certificates and OTEL_* variables",
    };
    let resource = resource::of_process(process);
    // an installation that gave the process a name wants that one
    let services: &[&'static str] = if resource::is_named() {
        &[]
    } else {
        &process.services
    };
    let traces = collector.traces(config, services, &resource);
    let logs = collector.logs(services, &resource);
    let metrics = collector.metrics().map_err(refused)?;
    Ok(Some(Providers {
        traces: traces.map_err(refused)?,
        logs: logs.map_err(refused)?,
        metrics: metrics::start_telling(metrics, resource),
    }))
}

impl Collector {
    fn of(config: &TelemetryConfig) -> Result<Option<Self>, ConfigError> {
        let Some(endpoint) = config.collector()? else {
            return Ok(None);
        };
        let mut tls = None;
        if endpoint.starts_with("https:") {
            let mut roots = ClientTlsConfig::new().with_enabled_roots();
            if let Some(file) = &config.otlp_ca_file {
                let pem = std::fs::read(file).map_err(|_| ConfigError::Value {
                    key: "telemetry.otlp_ca_file".to_owned(),
                    reason: "cannot be read",
                })?;
                roots = roots.ca_certificate(Certificate::from_pem(pem));
            }
            tls = Some(roots);
        }
        Ok(Some(Self { endpoint, tls }))
    }

    fn over<B: WithExportConfig + WithTonicConfig>(&self, builder: B) -> B {
        let builder = builder.with_endpoint(&self.endpoint).with_timeout(TIMEOUT);
        match &self.tls {
            Some(tls) => builder.with_tls_config(tls.clone()),
            None => builder,
        }
    }

    fn traces(
        &self,
        config: &TelemetryConfig,
        services: &[&'static str],
        resource: &Resource,
    ) -> Result<SdkTracerProvider, ExporterBuildError> {
        let exporter = || self.over(SpanExporter::builder().with_tonic()).build();
        let queue = Queue::of("traces", "OTEL_BSP_MAX_QUEUE_SIZE", QUEUE);
        let services = each(services, exporter)?;
        let split = Split::new("traces", exporter()?, services, queue.clone());
        let batches = trace::BatchConfigBuilder::default().with_max_queue_size(queue.most());
        let batches = BatchSpanProcessor::builder(split).with_batch_config(batches.build());
        let mut builder = SdkTracerProvider::builder()
            .with_resource(resource.clone())
            .with_span_processor(Queued::new(queue, batches.build()));
        // without it the standard's variables decide, and without these everything is kept
        if let Some(ratio) = config.sample_ratio {
            let own = Sampler::TraceIdRatioBased(ratio);
            builder = builder.with_sampler(Sampler::ParentBased(Box::new(own)));
        }
        Ok(builder.build())
    }

    fn logs(
        &self,
        services: &[&'static str],
        resource: &Resource,
    ) -> Result<SdkLoggerProvider, ExporterBuildError> {
        let exporter = || self.over(LogExporter::builder().with_tonic()).build();
        let queue = Queue::of("logs", "OTEL_BLRP_MAX_QUEUE_SIZE", QUEUE);
        let services = each(services, exporter)?;
        let split = Split::new("logs", exporter()?, services, queue.clone());
        let batches = logs::BatchConfigBuilder::default().with_max_queue_size(queue.most());
        let batches = BatchLogProcessor::builder(split).with_batch_config(batches.build());
        Ok(SdkLoggerProvider::builder()
            .with_resource(resource.clone())
            .with_log_processor(Queued::new(queue, batches.build()))
            .build())
    }

    fn metrics(&self) -> Result<PeriodicReader<Watched<MetricExporter>>, ExporterBuildError> {
        let exporter = self.over(MetricExporter::builder().with_tonic()).build()?;
        Ok(PeriodicReader::builder(Watched::new("metrics", exporter)).build())
    }
}

/// One exporter for each service.
fn each<E>(
    services: &[&'static str],
    exporter: impl Fn() -> Result<E, ExporterBuildError>,
) -> Result<BTreeMap<&'static str, E>, ExporterBuildError> {
    let services = services.iter();
    services.map(|name| Ok((*name, exporter()?))).collect()
}

impl Providers {
    /// Collects our own spans: those that say what kind they are.
    pub(super) fn spans(&self) -> Heard {
        let own = filter_fn(|metadata| {
            metadata.is_span() && metadata.fields().field("otel.kind").is_some()
        });
        tracing_opentelemetry::layer()
            .with_tracer(self.traces.tracer(SCOPE))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(own)
            .boxed()
    }

    /// Collects log lines.
    pub(super) fn records(&self, filter: Filter) -> Heard {
        let not_own = filter_fn(|metadata| {
            let part = |name: &&str| metadata.target().starts_with(name);
            metadata.is_span() || !OWN.iter().any(part)
        });
        Records(self.logs.logger(SCOPE))
            .with_filter(not_own)
            .with_filter(filter)
            .boxed()
    }

    /// Sends what is left, then ends.
    pub(super) fn stop(self) {
        let figures = self
            .metrics
            .map(|metrics| metrics.shutdown_with_timeout(TIMEOUT));
        let ended = [
            Some(self.traces.shutdown_with_timeout(TIMEOUT)),
            Some(self.logs.shutdown_with_timeout(TIMEOUT)),
            figures,
        ];
        for error in ended.into_iter().flatten().filter_map(Result::err) {
            tracing::debug!(%error, "telemetry not sent to its end");
        }
    }
}
