//! A collector of traces, metrics and logs, for tests of what is told to one.
//!
//! It answers OTLP over gRPC on an address of its own, keeps everything, and can go away and come back.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry_proto::tonic::collector::logs::v1 as logs_service;
use opentelemetry_proto::tonic::collector::metrics::v1 as metrics_service;
use opentelemetry_proto::tonic::collector::trace::v1 as trace_service;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::{Request as Call, Response as Answer, Status};

pub use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

/// A span as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// `service.name` of whoever told it.
    pub service: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: SpanKind,
    /// Trace, in hex.
    pub trace: String,
    /// Itself, in hex.
    pub id: String,
    /// The span above it, in hex; empty at the top.
    pub parent: String,
    /// Spans of the same or other traces that it is linked to.
    pub links: usize,
    /// It says that what it stands for failed.
    pub failed: bool,
    /// Attributes as text.
    pub attributes: BTreeMap<String, String>,
}

/// A log record as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// `service.name` of whoever told it.
    pub service: String,
    /// What it says.
    pub body: String,
    /// Trace that it was written in, in hex, empty outside of any.
    pub trace: String,
    /// Severity.
    pub severity: String,
}

#[derive(Debug, Default)]
struct Kept {
    spans: Vec<Span>,
    records: Vec<Record>,
    /// Names of figures by whoever told them.
    figures: BTreeMap<String, Vec<String>>,
}

/// A collector while it answers.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    kept: Keeper,
    tls: Option<Tls>,
    connections: Option<tokio::task::AbortHandle>,
}

#[derive(Debug, Clone, Default)]
struct Keeper(Arc<Mutex<Kept>>);

impl Collector {
    /// Answers on a free port.
    pub async fn start() -> Self {
        Self::start_over(None).await
    }

    /// The same over TLS, with a certificate that nobody knows yet ([`Self::certificate`]).
    pub async fn start_tls() -> Self {
        Self::start_over(Some(Tls::new())).await
    }

    async fn start_over(tls: Option<Tls>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let mut collector = Self {
            address,
            kept: Keeper::default(),
            tls,
            connections: None,
        };
        collector.serve(listener);
        collector
    }

    /// What `OTEL_EXPORTER_OTLP_ENDPOINT` is set to.
    #[must_use]
    pub fn endpoint(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The certificate (PEM) that a collector over TLS is verified with.
    #[must_use]
    pub fn certificate(&self) -> Option<&str> {
        self.tls.as_ref().map(|tls| tls.certificate.as_str())
    }

    /// Goes away: connections break, new ones are refused.
    pub fn leave(&mut self) {
        if let Some(connections) = self.connections.take() {
            connections.abort();
        }
    }

    /// Comes back on the same address.
    pub async fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).await;
        self.serve(listener.expect("nobody took the port"));
    }

    /// Spans that came so far.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        self.kept.lock().spans.clone()
    }

    /// Spans of a trace.
    #[must_use]
    pub fn trace(&self, trace: &str) -> Vec<Span> {
        let mut spans = self.spans();
        spans.retain(|span| span.trace == trace);
        spans
    }

    /// Log records that came so far.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        self.kept.lock().records.clone()
    }

    /// Names of the figures that whoever calls itself `service` told so far.
    #[must_use]
    pub fn figures(&self, service: &str) -> Vec<String> {
        let kept = self.kept.lock();
        kept.figures.get(service).cloned().unwrap_or_default()
    }

    fn serve(&mut self, listener: TcpListener) {
        let kept = self.kept.clone();
        let tls = self.tls.as_ref().map(|tls| tls.acceptor.clone());
        let serving = tokio::spawn(async move {
            // aborted with the task, and every connection with it
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let kept = kept.clone();
                let tls = tls.clone();
                connections.spawn(async move {
                    match tls {
                        None => converse(kept, stream).await,
                        // whoever does not know the certificate goes away here
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                converse(kept, stream).await;
                            }
                        }
                    }
                });
            }
        });
        self.connections = Some(serving.abort_handle());
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.leave();
    }
}

/// A certificate and its key, made for one collector.
#[derive(Clone)]
struct Tls {
    certificate: String,
    acceptor: TlsAcceptor,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    fn new() -> Self {
        let names = vec!["127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a key of the certificate");
        config.alpn_protocols = vec![b"h2".to_vec()];
        Self {
            certificate: made.cert.pem(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }
}

async fn converse(kept: Keeper, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let answer = service_fn(move |request| answer(kept.clone(), request));
    let connection =
        http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer);
    // whoever tells may break off at any time
    connection.await.ok();
}

type Answered = Result<Response<Body>, std::convert::Infallible>;

async fn answer(kept: Keeper, request: Request<Incoming>) -> Answered {
    use logs_service::logs_service_server::LogsServiceServer;
    use metrics_service::metrics_service_server::MetricsServiceServer;
    use trace_service::trace_service_server::TraceServiceServer;

    let path = request.uri().path();
    if path.contains("TraceService") {
        TraceServiceServer::new(kept).call(request).await
    } else if path.contains("MetricsService") {
        MetricsServiceServer::new(kept).call(request).await
    } else {
        LogsServiceServer::new(kept).call(request).await
    }
}

impl Keeper {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tonic::async_trait]
impl trace_service::trace_service_server::TraceService for Keeper {
    async fn export(
        &self,
        call: Call<trace_service::ExportTraceServiceRequest>,
    ) -> Result<Answer<trace_service::ExportTraceServiceResponse>, Status> {
        for told in call.into_inner().resource_spans {
            let service = name(told.resource.as_ref());
            let spans = told.scope_spans.into_iter().flat_map(|scope| scope.spans);
            let spans = spans.map(|span| Span {
                service: service.clone(),
                kind: span.kind(),
                failed: span.status.is_some_and(|status| status.code == 2),
                trace: hex(&span.trace_id),
                id: hex(&span.span_id),
                parent: hex(&span.parent_span_id),
                links: span.links.len(),
                attributes: attributes(&span.attributes),
                name: span.name,
            });
            self.lock().spans.extend(spans);
        }
        Ok(Answer::new(
            trace_service::ExportTraceServiceResponse::default(),
        ))
    }
}

#[tonic::async_trait]
impl logs_service::logs_service_server::LogsService for Keeper {
    async fn export(
        &self,
        call: Call<logs_service::ExportLogsServiceRequest>,
    ) -> Result<Answer<logs_service::ExportLogsServiceResponse>, Status> {
        for told in call.into_inner().resource_logs {
            let service = name(told.resource.as_ref());
            let records = told
                .scope_logs
                .into_iter()
                .flat_map(|scope| scope.log_records);
            let records = records.map(|record| Record {
                service: service.clone(),
                body: text(record.body.as_ref()),
                trace: hex(&record.trace_id),
                severity: record.severity_text,
            });
            self.lock().records.extend(records);
        }
        Ok(Answer::new(
            logs_service::ExportLogsServiceResponse::default(),
        ))
    }
}

#[tonic::async_trait]
impl metrics_service::metrics_service_server::MetricsService for Keeper {
    async fn export(
        &self,
        call: Call<metrics_service::ExportMetricsServiceRequest>,
    ) -> Result<Answer<metrics_service::ExportMetricsServiceResponse>, Status> {
        for told in call.into_inner().resource_metrics {
            let service = name(told.resource.as_ref());
            let names = told
                .scope_metrics
                .into_iter()
                .flat_map(|scope| scope.metrics)
                .map(|metric| metric.name);
            self.lock()
                .figures
                .entry(service)
                .or_default()
                .extend(names);
        }
        Ok(Answer::new(
            metrics_service::ExportMetricsServiceResponse::default(),
        ))
    }
}

/// `service.name` of a resource.
fn name(resource: Option<&Resource>) -> String {
    let attributes = resource.map(|resource| attributes(&resource.attributes));
    let name = attributes.and_then(|mut all| all.remove("service.name"));
    name.unwrap_or_default()
}

fn attributes(pairs: &[KeyValue]) -> BTreeMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|pair| (pair.key.clone(), text(pair.value.as_ref())))
        .collect()
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        Some(Value::BoolValue(truth)) => truth.to_string(),
        other => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
