//! Exporters that tell services apart, and that take a collector's absence calmly.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::logs::AnyValue;
use opentelemetry::metrics::Counter;
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogBatch, LogExporter, SdkLogRecord};
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::queue::Queue;
use super::resource::{self, SERVICE};

/// Says once that a collector is away, and counts what was lost by it.
#[derive(Debug)]
struct Watch {
    signal: &'static str,
    away: AtomicBool,
}

impl Watch {
    fn saw(&self, count: usize, exported: &OTelSdkResult) {
        match exported {
            Ok(()) => {
                if self.away.swap(false, Ordering::Relaxed) {
                    tracing::info!(signal = self.signal, "collector takes telemetry again");
                }
            }
            Err(error) => {
                lost(self.signal, count, Lost::Away);
                if !self.away.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        signal = self.signal,
                        %error,
                        "collector does not take telemetry, what is lost is counted"
                    );
                }
            }
        }
    }
}

/// Why something did not come to a collector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// The collector did not take it.
    Away,
    /// Too much waited already.
    Full,
}

/// Counts what is lost.
pub(super) fn lost(signal: &'static str, count: usize, why: Lost) {
    static LOST: OnceLock<Counter<u64>> = OnceLock::new();
    let lost = LOST.get_or_init(|| {
        opentelemetry::global::meter("linli.telemetry")
            .u64_counter("linli.telemetry.lost")
            .with_description(
                "spans, log records and collections of figures that no collector took",
            )
            .build()
    });
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let reason = match why {
        Lost::Away => "away",
        Lost::Full => "full",
    };
    let labels = [
        KeyValue::new("signal", signal),
        KeyValue::new("reason", reason),
    ];
    lost.add(count, &labels);
}

/// Sends figures of a process.
pub(super) struct Watched<E> {
    exporter: E,
    watch: Watch,
}

impl<E> Watched<E> {
    pub(super) fn new(signal: &'static str, exporter: E) -> Self {
        let away = AtomicBool::new(false);
        Self {
            exporter,
            watch: Watch { signal, away },
        }
    }
}

impl<E: PushMetricExporter> PushMetricExporter for Watched<E> {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let exported = self.exporter.export(metrics).await;
        self.watch.saw(1, &exported);
        exported
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.exporter.temporality()
    }
}

/// Sends what belongs to one service of a process in that service's name.
pub(super) struct Split<E> {
    whole: E,
    services: BTreeMap<&'static str, E>,
    watch: Watch,
    /// What is sent has waited here.
    queue: Queue,
}

impl<E> fmt::Debug for Split<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let services = self.services.keys();
        f.debug_list().entries(services).finish()
    }
}

impl<E> Split<E> {
    pub(super) fn new(
        signal: &'static str,
        whole: E,
        services: BTreeMap<&'static str, E>,
        queue: Queue,
    ) -> Self {
        let away = AtomicBool::new(false);
        Self {
            whole,
            services,
            watch: Watch { signal, away },
            queue,
        }
    }

    /// The service as this exporter spells it, none where it is not told apart.
    fn known(&self, service: Option<&str>) -> Option<&'static str> {
        let (name, _) = self.services.get_key_value(service?)?;
        Some(name)
    }

    fn exporter(&self, service: Option<&str>) -> &E {
        let own = service.and_then(|service| self.services.get(service));
        own.unwrap_or(&self.whole)
    }

    fn describe(&mut self, whole: &Resource, set: impl Fn(&mut E, &Resource)) {
        set(&mut self.whole, whole);
        for (service, exporter) in &mut self.services {
            set(exporter, &resource::of_service(whole, service));
        }
    }

    fn end(&self, end: impl Fn(&E) -> OTelSdkResult) -> OTelSdkResult {
        let services = self.services.values().map(&end);
        services.fold(end(&self.whole), Result::and)
    }
}

impl<E: SpanExporter> SpanExporter for Split<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.queue.leave(batch.len());
        let mut parts: BTreeMap<Option<&'static str>, Vec<SpanData>> = BTreeMap::new();
        for span in batch {
            let named = span.attributes.iter().find_map(|pair| match &pair.value {
                Value::String(name) if pair.key.as_str() == SERVICE => Some(name.as_str()),
                _ => None,
            });
            parts.entry(self.known(named)).or_default().push(span);
        }
        let mut outcome = Ok(());
        for (service, spans) in parts {
            if outcome.is_err() {
                // whoever did not answer before is not waited for again
                lost(self.watch.signal, spans.len(), Lost::Away);
                continue;
            }
            let count = spans.len();
            outcome = self.exporter(service).export(spans).await;
            self.watch.saw(count, &outcome);
        }
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.end(|exporter| exporter.shutdown_with_timeout(timeout))
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.describe(resource, E::set_resource);
    }
}

impl<E: LogExporter> LogExporter for Split<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        type Record<'a> = (&'a SdkLogRecord, &'a InstrumentationScope);
        let mut parts: BTreeMap<Option<&'static str>, Vec<Record<'_>>> = BTreeMap::new();
        self.queue.leave(batch.iter().count());
        for (record, scope) in batch.iter() {
            let named = record
                .attributes_iter()
                .find_map(|(key, value)| match value {
                    AnyValue::String(name) if key.as_str() == SERVICE => Some(name.as_str()),
                    _ => None,
                });
            let service = self.known(named);
            parts.entry(service).or_default().push((record, scope));
        }
        let mut outcome = Ok(());
        for (service, records) in parts {
            if outcome.is_err() {
                lost(self.watch.signal, records.len(), Lost::Away);
                continue;
            }
            outcome = self.exporter(service).export(LogBatch::new(&records)).await;
            self.watch.saw(records.len(), &outcome);
        }
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.end(|exporter| exporter.shutdown_with_timeout(timeout))
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.describe(resource, E::set_resource);
    }
}
