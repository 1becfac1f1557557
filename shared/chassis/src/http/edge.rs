//! What every request passes: trace, admission, time limit, problem documents, metrics.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};
use auth::{AuthState, TraceContext};
use problem::{Category, Fact, Failure, Kind, Locale, Message};
use tracing::Instrument;

use super::admission::{Admission, District, Place, Refusal};
use super::proxies::Proxies;
use crate::HttpConfig;
use crate::metrics::RequestMetrics;
use crate::telemetry::propagation;

/// State that the edge shares over all workers.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    admission: Arc<Admission>,
    timeout: Duration,
    metrics: RequestMetrics,
    proxies: Arc<Proxies>,
}

impl Edge {
    pub(crate) fn new(config: &HttpConfig) -> Self {
        Self {
            admission: Admission::new(config),
            timeout: Duration::from_secs(config.request_timeout_s),
            metrics: RequestMetrics::new(),
            proxies: Arc::new(Proxies::new(config)),
        }
    }

    /// Waits for the request's turn; whoever asks after the process's health needs none.
    async fn admit(&self, request: &ServiceRequest) -> Result<Option<Place>, Refusal> {
        let process = ["/livez", "/readyz", "/metrics", "/internal/log-level"];
        if process.contains(&request.path()) {
            return Ok(None);
        }
        let auth = request.app_data::<web::Data<AuthState>>();
        let district = District::of(auth.map(web::Data::get_ref), request.headers());
        self.admission.place(district).await.map(Some)
    }
}

/// Passes a request through; registered with `from_fn`.
pub(crate) async fn pass(
    edge: web::Data<Edge>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let locale = locale(&request);
    let method = propagation::method_name(request.method());
    let route: Rc<str> = request
        .match_pattern()
        .map_or_else(|| "unmatched".into(), Into::into);
    let (span, trace) = propagation::begin(&request, &route);
    request.extensions_mut().insert(trace.clone());
    if let Some(peer) = request.peer_addr() {
        let client = edge.proxies.client(peer.ip(), request.headers());
        request.extensions_mut().insert(client);
    }
    edge.metrics.started();
    let answered = match edge.admit(&request).instrument(span.clone()).await {
        Ok(place) => {
            let worked_on = work_on(&edge, request, next).instrument(span.clone());
            let answered = worked_on.await;
            drop(place);
            answered
        }
        // complete as it is: under a storm there is no log line for each
        Err(refusal) => Ok(
            request.into_response(Failure::from(refusal).respond(locale, Some(&trace.trace_id)))
        ),
    };
    let answered = span.in_scope(|| match answered {
        Ok(response) => Ok(settle(response, locale, &trace)),
        Err(error) => Err(Unanswered::wrap(error, locale, &trace)),
    });
    let status = match &answered {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    propagation::end(&span, status.as_u16());
    let answered_as = (method, &*route, status.as_u16());
    edge.metrics.finished(answered_as, begun.elapsed(), &trace);
    let duration_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    // within the span: a collector is told the trace that a record was written in
    span.in_scope(|| {
        tracing::debug!(status = status.as_u16(), duration_us, "request answered");
    });
    answered
}

async fn work_on(
    edge: &Edge,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let worked_on = async {
        if let Some(state) = request.app_data::<web::Data<AuthState>>() {
            auth::await_key(state, request.headers()).await;
        }
        next.call(request).await
    };
    match tokio::time::timeout(edge.timeout, worked_on).await {
        Ok(answered) => answered.map(ServiceResponse::map_into_boxed_body),
        Err(_elapsed) => Err(Failure::from(TimedOut).into()),
    }
}

/// A failure that has no response to be put into: routing takes the request, and whoever keeps a
/// second handle on it makes actix panic.
#[derive(Debug)]
struct Unanswered {
    error: Error,
    locale: Locale,
    trace_id: String,
}

impl Unanswered {
    fn wrap(error: Error, locale: Locale, trace: &TraceContext) -> Error {
        if let Some(failure) = error.as_error::<Failure>() {
            report(error.as_response_error().status_code(), failure);
        }
        Self {
            error,
            locale,
            trace_id: trace.trace_id.clone(),
        }
        .into()
    }
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.error, f)
    }
}

impl ResponseError for Unanswered {
    fn status_code(&self) -> StatusCode {
        self.error.as_response_error().status_code()
    }

    fn error_response(&self) -> HttpResponse {
        match self.error.as_error::<Failure>() {
            Some(failure) => failure.respond(self.locale, Some(&self.trace_id)),
            None => plain(self.status_code()).respond(self.locale, Some(&self.trace_id)),
        }
    }
}

/// The request was not worked on to its end.
#[derive(Debug, thiserror::Error)]
#[error("the request took too long")]
struct TimedOut;

impl Category for TimedOut {
    fn fact(&self) -> Fact {
        Fact::new(
            Kind::Unavailable,
            "timed-out",
            "处理超时，请稍后重试",
            "the request took too long; try again later",
        )
        .after(5)
    }
}

fn locale(request: &ServiceRequest) -> Locale {
    request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map_or(Locale::Zh, Locale::from_accept_language)
}

/// Marks an error answer whose form another standard prescribes (OAuth 2.1): it stays as it is. It goes
/// into the response's extensions.
#[derive(Debug, Clone, Copy)]
pub struct Prescribed;

/// Turns whatever error response came back into a problem document in the caller's language.
fn settle(
    response: ServiceResponse<BoxBody>,
    locale: Locale,
    trace: &TraceContext,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    // what is not ready says so in its own words
    if response.request().path() == "/readyz" && response.response().error().is_none() {
        return response;
    }
    if response
        .response()
        .extensions()
        .get::<Prescribed>()
        .is_some()
    {
        return response;
    }
    let failure = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Failure>());
    let mut answer = match failure {
        Some(failure) => {
            report(status, failure);
            failure.respond(locale, Some(&trace.trace_id))
        }
        None if is_problem(&response) => return response,
        None => plain(status).respond(locale, Some(&trace.trace_id)),
    };
    *answer.status_mut() = status;
    for (name, value) in response.headers() {
        if !answer.headers().contains_key(name) && name != header::CONTENT_LENGTH {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    response.into_response(answer)
}

/// Logs a failure of ours once, with its whole chain.
fn report(status: StatusCode, failure: &Failure) {
    if status == StatusCode::SERVICE_UNAVAILABLE {
        tracing::warn!(error = %failure.source_chain(), "request not served now");
    } else if status.is_server_error() {
        tracing::error!(error = %failure.source_chain(), "request failed");
    }
}

fn is_problem(response: &ServiceResponse<BoxBody>) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/problem+json"))
}

/// Words for an error that the framework made itself.
fn plain(status: StatusCode) -> Failure {
    let (kind, slug, message) = match status {
        StatusCode::NOT_FOUND => (
            Kind::NotFound,
            "not-found",
            Message::new("没有这个地址", "there is nothing at this address"),
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            Kind::MethodNotAllowed,
            "method-not-allowed",
            Message::new(
                "此地址不支持该方法",
                "this address does not take that method",
            ),
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            Kind::TooLarge,
            "body-too-large",
            Message::new("请求体过大", "the body is too large"),
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            Kind::UnsupportedMedia,
            "unsupported-media-type",
            Message::new("不支持此内容类型", "this content type is not supported"),
        ),
        status if status.is_client_error() => (
            Kind::Malformed,
            "malformed-request",
            Message::new("请求格式有误", "the request is malformed"),
        ),
        _ => (
            Kind::Internal,
            "internal",
            Message::new("内部错误", "internal error"),
        ),
    };
    problem::quick(kind, slug, message)
}
