//! Log lines as records for a collector.

use std::fmt;

use opentelemetry::logs::{AnyValue, LogRecord, Logger, Severity};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::resource::SERVICE;

/// Makes a record of every log line; the SDK adds the span that it was written in.
pub(super) struct Records<L>(pub(super) L);

/// Service that a span belongs to.
struct Owner(String);

impl<S, L> Layer<S> for Records<L>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    L: Logger + Send + Sync + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut owner = FindOwner(None);
        attributes.record(&mut owner);
        if let (Some(owner), Some(span)) = (owner.0, context.span(id)) {
            span.extensions_mut().insert(owner);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut record = self.0.create_log_record();
        record.set_severity_number(severity(*metadata.level()));
        record.set_severity_text(metadata.level().as_str());
        record.set_target(metadata.target());
        let mut fields = Fields {
            record: &mut record,
            owned: false,
        };
        event.record(&mut fields);
        if !fields.owned {
            let mut spans = context.event_scope(event).into_iter().flatten();
            let owner = spans.find_map(|span| {
                let extensions = span.extensions();
                extensions.get::<Owner>().map(|owner| owner.0.clone())
            });
            if let Some(owner) = owner {
                record.add_attribute(SERVICE, owner);
            }
        }
        self.0.emit(record);
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::TRACE => Severity::Trace,
        Level::DEBUG => Severity::Debug,
        Level::INFO => Severity::Info,
        Level::WARN => Severity::Warn,
        Level::ERROR => Severity::Error,
    }
}

struct FindOwner(Option<Owner>);

impl Visit for FindOwner {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == SERVICE {
            self.0 = Some(Owner(value.to_owned()));
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// Writes an event's fields into a record.
struct Fields<'a, R> {
    record: &'a mut R,
    /// One of them names the service.
    owned: bool,
}

impl<R: LogRecord> Fields<'_, R> {
    fn put(&mut self, field: &Field, value: AnyValue) {
        if field.name() == "message" {
            self.record.set_body(value);
            return;
        }
        self.owned |= field.name() == SERVICE;
        self.record.add_attribute(field.name(), value);
    }
}

impl<R: LogRecord> Visit for Fields<'_, R> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, AnyValue::from(value.to_owned()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, AnyValue::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        let value = i64::try_from(value).map_or_else(|_| value.to_string().into(), AnyValue::from);
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, AnyValue::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, AnyValue::from(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, AnyValue::from(format!("{value:?}")));
    }
}
