//! Spans of events on their way, in the trace of the request that caused them.
//!
//! Nothing here costs anything until somebody collects spans ([`collect`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::Envelope;

static COLLECTED: AtomicBool = AtomicBool::new(false);

/// Begins to make spans: somebody collects them.
pub fn collect() {
    COLLECTED.store(true, Ordering::Relaxed);
}

/// Says whether somebody collects spans.
#[must_use]
pub fn is_collected() -> bool {
    COLLECTED.load(Ordering::Relaxed)
}

/// Reads a W3C `traceparent`.
#[must_use]
pub fn read(traceparent: &str) -> Option<SpanContext> {
    let mut parts = traceparent.split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let flags = u8::from_str_radix(parts.next()?, 16).ok()?;
    if version.len() != 2 || version == "ff" {
        return None;
    }
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(flags) & TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    context.is_valid().then_some(context)
}

/// Writes a span's context as `traceparent`.
#[must_use]
pub fn written(context: &SpanContext) -> String {
    format!(
        "00-{}-{}-{:02x}",
        context.trace_id(),
        context.span_id(),
        context.trace_flags().to_u8()
    )
}

/// Puts a span that has just been made below another process's.
pub fn adopt(span: &Span, parent: SpanContext) {
    // a span that nobody collects has no place for a parent
    span.set_parent(Context::new().with_remote_span_context(parent))
        .ok();
}

/// Returns the context of a collected span, none where nobody collects it.
#[must_use]
pub fn context(span: &Span) -> Option<SpanContext> {
    let context = span.context().span().span_context().clone();
    context.is_valid().then_some(context)
}

/// Notes that what the span stands for failed.
pub fn failed(span: &Span) {
    span.record("otel.status_code", "ERROR");
}

/// Puts `span` below the event's cause and lets the event tell of the span from now on.
fn below(event: &mut Envelope, span: &Span) {
    if let Some(parent) = event.traceparent.as_deref().and_then(read) {
        adopt(span, parent);
    }
    if let Some(context) = context(span) {
        event.traceparent = Some(written(&context));
    }
}

/// Opens the span of an event's publication; readers' spans are below it.
pub(crate) fn published(
    service: &'static str,
    kind: &'static str,
    event: &mut Envelope,
) -> Option<Span> {
    // what was not to be followed at its beginning is not followed here either
    if !is_collected() || !is_followed(event) {
        return None;
    }
    let span = tracing::info_span!(
        "publish",
        otel.name = format!("publish {kind}"),
        otel.kind = "producer",
        otel.status_code = Empty,
        service,
        messaging.operation.name = "publish",
        messaging.destination.name = kind,
        messaging.message.id = %event.id,
    );
    below(event, &span);
    Some(span)
}

/// Whether the trace of an event is collected.
fn is_followed(event: &Envelope) -> bool {
    let context = event.traceparent.as_deref().and_then(read);
    context.is_some_and(|context| context.is_sampled())
}

/// A run of events while a consumer takes their effect.
pub(crate) struct Consumed {
    /// The events, telling of the spans below which they are handled.
    pub(crate) events: Vec<Arc<Envelope>>,
    /// Span that the handlers run in: the first event's.
    pub(crate) span: Span,
    /// Those of the other events, each in its own trace.
    others: Vec<Span>,
}

impl Consumed {
    /// Opens the spans of a run, none where no event of it is followed.
    ///
    /// What is handled together has one span for each event, so that every trace is whole; the span
    /// that the work is done in is linked to the other ones.
    pub(crate) fn of(
        consumer: &'static str,
        kind: &'static str,
        run: &[Arc<Envelope>],
    ) -> Option<Self> {
        if !is_collected() || !run.iter().any(|event| is_followed(event)) {
            return None;
        }
        let mut events = Vec::with_capacity(run.len());
        let mut spans = Vec::new();
        for event in run {
            if !is_followed(event) {
                events.push(Arc::clone(event));
                continue;
            }
            let span = tracing::info_span!(
                "event",
                otel.name = format!("process {kind}"),
                otel.kind = "consumer",
                otel.status_code = Empty,
                service = consumer,
                trace_id = event.trace_id(),
                messaging.operation.name = "process",
                messaging.destination.name = kind,
                messaging.message.id = %event.id,
                messaging.batch.message_count = run.len(),
            );
            let mut event = Envelope::clone(event);
            below(&mut event, &span);
            events.push(Arc::new(event));
            spans.push(span);
        }
        let mut spans = spans.into_iter();
        let span = spans.next()?;
        let others: Vec<Span> = spans.collect();
        for context in others.iter().filter_map(context) {
            span.add_link(context);
        }
        Some(Self {
            events,
            span,
            others,
        })
    }

    /// Notes that the events' effect was not taken.
    pub(crate) fn failed(&self) {
        failed(&self.span);
        for span in &self.others {
            failed(span);
        }
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests may")]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use kernel::{EventId, Timestamp, TypedId};
    use opentelemetry::trace::TracerProvider;
    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
    use tracing_subscriber::layer::SubscriberExt;
    use uuid::Uuid;

    use super::{Consumed, collect, read, written};
    use crate::Envelope;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn what_is_written_reads_the_same() {
        let context = read(PARENT).expect("it is well-formed");
        assert!(context.is_remote() && context.is_sampled());
        assert_eq!(written(&context), PARENT);
    }

    #[test]
    fn what_is_no_trace_context_begins_nothing() {
        for wrong in [
            "",
            "00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-zz",
            "00-0af7651916cd43dd-b7ad6b7169203331-01-%",
        ] {
            let context = read(wrong);
            assert!(
                context.as_ref().is_none_or(|read| written(read) != PARENT),
                "{wrong}: {context:?}"
            );
        }
        assert!(read("00-00000000000000000000000000000000-b7ad6b7169203331-01").is_none());
    }

    /// Keeps what is exported.
    #[derive(Debug, Clone, Default)]
    struct Kept(Arc<Mutex<Vec<SpanData>>>);

    impl SpanExporter for Kept {
        async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.append(&mut batch);
            Ok(())
        }
    }

    fn event(trace: u128) -> Arc<Envelope> {
        Arc::new(Envelope {
            id: EventId::from_uuid(Uuid::from_u128(trace)),
            kind: "linli.probe.thing.happened.v1".to_owned(),
            source: "/linli/probe".to_owned(),
            subject: "a".to_owned(),
            time: Timestamp::UNIX_EPOCH,
            aggregate_version: 1,
            district: String::new(),
            actor: None,
            correlation_id: "probe".to_owned(),
            causation_id: None,
            traceparent: Some(format!("00-{trace:032x}-00000000000000aa-01")),
            data: serde_json::Value::Null,
        })
    }

    #[test]
    fn what_is_handled_together_stays_in_its_traces_and_is_linked() {
        let kept = Kept::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(kept.clone())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("probe"));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            collect();
            let run = [event(1), event(2), event(3)];
            let together = Consumed::of("probe", "happened", &run).expect("they are followed");
            // each event goes on in the trace that it came from, below a span of its own
            for (trace, event) in (1_u128..).zip(&together.events) {
                let parent = event.traceparent.as_deref().expect("it is followed");
                assert!(parent.starts_with(&format!("00-{trace:032x}-")), "{parent}");
                assert!(!parent.contains("00000000000000aa"), "{parent}");
            }
        });
        let spans = kept.0.lock().expect("nobody panicked");
        let of = |trace: u128| {
            let found = spans
                .iter()
                .find(|span| span.span_context.trace_id().to_bytes() == trace.to_be_bytes());
            found.expect("every trace has its span")
        };
        assert_eq!(spans.len(), 3);
        let linked: Vec<_> = of(1).links.iter().map(|link| &link.span_context).collect();
        let others = [of(2), of(3)].map(|span| &span.span_context);
        assert_eq!(linked, others);
        assert!(of(2).links.is_empty() && of(3).links.is_empty());
    }
}
