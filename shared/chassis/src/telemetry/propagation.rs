//! The trace of a request: from the caller's header, through the request's span, to what it causes.

use actix_web::dev::ServiceRequest;
use auth::TraceContext;
use tracing::Span;
use tracing::field::Empty;

/// Opens the span of a request. The trace is that of the span, so that problem documents, log lines,
/// events and the collector speak of the same.
pub(crate) fn begin(request: &ServiceRequest, route: &str) -> (Span, TraceContext) {
    let header = request.headers().get("traceparent");
    let trace = TraceContext::from_header(header.and_then(|value| value.to_str().ok()));
    let method = request.method();
    if !bus::trace::is_collected() {
        let span = tracing::info_span!(
            "request",
            trace_id = %trace.trace_id,
            http.method = %method,
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
        http.request.method = %method,
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
