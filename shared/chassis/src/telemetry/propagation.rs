//! The trace of a request: from the caller's header, through the request's span, to what it causes.

use std::cell::RefCell;

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use auth::TraceContext;
use tracing::Span;
use tracing::field::Empty;

/// Names a method as OpenTelemetry does: callers can make up methods without end, labels cannot.
pub(crate) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "_OTHER",
    }
}

/// Opens the span of a request. The trace is that of the span, so that problem documents, log lines,
/// events and the collector speak of the same.
pub(crate) fn begin(request: &ServiceRequest, route: &str) -> (Span, TraceContext) {
    let header = request.headers().get("traceparent");
    let trace = TraceContext::from_header(header.and_then(|value| value.to_str().ok()));
    let method = method_name(request.method());
    if !bus::trace::is_collected() {
        let span = tracing::info_span!(
            "request",
            trace_id = %trace.trace_id,
            http.method = method,
            http.route = route,
        );
        return (span, trace);
    }
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        trace_id = Empty,
        service = service(route),
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    if trace.parent_id().is_some()
        && let Some(parent) = trace.caller().as_deref().and_then(bus::trace::read)
    {
        bus::trace::adopt(&span, parent);
    }
    let trace = match bus::trace::context(&span) {
        Some(context) => TraceContext::of_span(
            context.trace_id().to_string(),
            context.span_id().to_string(),
            Some(&trace),
            context.is_sampled(),
        ),
        None => trace,
    };
    span.record("trace_id", trace.trace_id.as_str());
    (span, trace)
}

/// What a service does by itself at the moment.
pub(crate) struct Turn {
    service: &'static str,
    schedule: &'static str,
    /// Span of what was begun last; it ends when the next thing is begun.
    begun: RefCell<Option<Span>>,
}

tokio::task_local! {
    /// The schedule whose turn this task runs.
    static TURN: Turn;
}

/// Runs a turn of a schedule; the traces that begin in it name the schedule.
pub(crate) async fn in_turn<T, E>(
    service: &'static str,
    schedule: &'static str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let turn = Turn {
        service,
        schedule,
        begun: RefCell::default(),
    };
    let watched = async {
        let outcome = work.await;
        if outcome.is_err() {
            TURN.with(|turn| turn.begun.borrow().iter().for_each(bus::trace::failed));
        }
        outcome
    };
    TURN.scope(turn, watched).await
}

/// Begins a trace of what nobody asked for: a change that a schedule makes, an import from the command line.
///
/// Call it when there is something to do: each is a span of its own where spans are collected, kept or not as
/// the sampling ratio says.
#[must_use]
pub fn begin_trace() -> TraceContext {
    if !bus::trace::is_collected() {
        return TraceContext::random();
    }
    let turn = TURN.try_with(|turn| (turn.service, turn.schedule)).ok();
    let (service, schedule) = turn.unzip();
    let span = tracing::info_span!(
        parent: None,
        "work",
        otel.name = schedule.map_or_else(|| "work".to_owned(), |name| format!("schedule {name}")),
        otel.kind = "internal",
        otel.status_code = Empty,
        service,
        schedule,
    );
    let Some(context) = bus::trace::context(&span) else {
        return TraceContext::random();
    };
    // outside of a turn the span has nothing to last for
    TURN.try_with(|turn| turn.begun.replace(Some(span))).ok();
    TraceContext::of_span(
        context.trace_id().to_string(),
        context.span_id().to_string(),
        None,
        context.is_sampled(),
    )
}

/// Notes how a request was answered.
pub(crate) fn end(span: &Span, status: u16) {
    if !bus::trace::is_collected() {
        return;
    }
    span.record("http.response.status_code", status);
    if status >= 500 {
        bus::trace::failed(span);
    }
}

/// The service that answers a route.
fn service(route: &str) -> Option<&str> {
    route.strip_prefix("/api/")?.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::service;

    #[test]
    fn a_route_names_its_service() {
        assert_eq!(service("/api/ticketing/v1/orders/{id}"), Some("ticketing"));
        assert_eq!(service("/metrics"), None);
        assert_eq!(service("unmatched"), None);
    }
}
