//! The queues in front of the collector: what finds one full is dropped, and counted.
//!
//! The SDK drops silently. So what waits is counted before it, with the same bound, and the SDK's own queue is never
//! full.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry::{Context, InstrumentationScope};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord};
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use super::export::{Lost, lost};

/// How many wait, and how many may.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    signal: &'static str,
    most: usize,
    waiting: Arc<AtomicUsize>,
}

impl Queue {
    /// A queue as long as the standard's variable says.
    pub(super) fn of(signal: &'static str, variable: &str, usual: usize) -> Self {
        let length = std::env::var(variable).ok();
        let length = length.and_then(|length| length.parse().ok());
        Self::new(signal, length.filter(|length| *length > 0).unwrap_or(usual))
    }

    fn new(signal: &'static str, most: usize) -> Self {
        Self {
            signal,
            most,
            waiting: Arc::default(),
        }
    }

    /// How many may wait.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Takes one more, if there is a place; else it is lost.
    fn enter(&self) -> bool {
        let entered = self
            .waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |waiting| {
                (waiting < self.most).then_some(waiting + 1)
            });
        if entered.is_err() {
            lost(self.signal, 1, Lost::Full);
        }
        entered.is_ok()
    }

    /// Lets so many go to the collector.
    pub(super) fn leave(&self, count: usize) {
        let less = |waiting: usize| Some(waiting.saturating_sub(count));
        // an update that always gives a value does not fail
        self.waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .ok();
    }
}

/// What puts into a queue.
#[derive(Debug)]
pub(super) struct Queued<P> {
    queue: Queue,
    processor: P,
}

impl<P> Queued<P> {
    pub(super) fn new(queue: Queue, processor: P) -> Self {
        Self { queue, processor }
    }
}

impl<P: SpanProcessor> SpanProcessor for Queued<P> {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.processor.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        // what is not kept takes no place
        if span.span_context.is_sampled() && self.queue.enter() {
            self.processor.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.processor.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.processor.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.processor.set_resource(resource);
    }
}

impl<P: LogProcessor> LogProcessor for Queued<P> {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        if self.queue.enter() {
            self.processor.emit(record, scope);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.processor.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.processor.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.processor.set_resource(resource);
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests may")]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use opentelemetry::Context;
    use opentelemetry::trace::{Tracer, TracerProvider};
    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, Span, SpanData, SpanProcessor};

    use super::{Queue, Queued};

    /// What a stalled exporter's queue takes.
    #[derive(Debug, Clone, Default)]
    struct Taken(Arc<AtomicUsize>);

    impl SpanProcessor for Taken {
        fn on_start(&self, _: &mut Span, _: &Context) {}

        fn on_end(&self, _: SpanData) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }

        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }

        fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
            Ok(())
        }
    }

    fn lost() -> u64 {
        let text = String::from_utf8(crate::metrics::render()).expect("metrics are text");
        let mut lines = text.lines();
        let line = lines.find(|line| {
            line.starts_with("linli_telemetry_lost_total")
                && line.contains("reason=\"full\"")
                && line.contains("signal=\"traces\"")
        });
        let value = line.and_then(|line| line.rsplit(' ').next());
        value.map_or(0, |value| value.parse().expect("it is a number"))
    }

    #[test]
    fn what_finds_a_full_queue_is_counted() {
        crate::metrics::start();
        let (queue, taken) = (Queue::new("traces", 2), Taken::default());
        let tracer = |sampler| {
            SdkTracerProvider::builder()
                .with_sampler(sampler)
                .with_span_processor(Queued::new(queue.clone(), taken.clone()))
                .build()
                .tracer("test")
        };
        let spans = |count: usize, sampler| {
            let tracer = tracer(sampler);
            for _ in 0..count {
                drop(tracer.start("work"));
            }
            taken.0.load(Ordering::Relaxed)
        };
        assert_eq!(spans(5, Sampler::AlwaysOn), 2);
        assert_eq!(lost(), 3);
        // the exporter takes one: there is a place again
        queue.leave(1);
        assert_eq!(spans(2, Sampler::AlwaysOn), 3);
        assert_eq!(lost(), 4);
        // what nobody keeps is not lost
        assert_eq!(spans(5, Sampler::AlwaysOff), 3);
        assert_eq!(lost(), 4);
    }
}
