//! What a collector is told about what a service does by itself, and where a graph leads to a trace.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use bus::{Envelope, EventMeta, Handler, HandlerError};
use chassis::telemetry::{self, Process, begin_trace};
use chassis::{Deps, Module, Parts, Schedule, Service, Standing, StartError, TelemetryConfig};
use contracts::Event;
use contracts::volunteering::TaskReleased;
use kernel::IdSourceExt;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use store::{StoreError, Tx};
use testkit::otlp::{Collector, Span, SpanKind};
use testkit::{TestHost, eventually};

/// A service that causes an event again and again, and hears of it.
const BUSY: Module = Module {
    name: "busy",
    migrations: Vec::new,
    build: busy,
    audit: chassis::no_facts,
};

/// The `traceparent`s of what was heard.
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Hears;

#[async_trait]
impl Handler for Hears {
    fn types(&self) -> &'static [&'static str] {
        &[TaskReleased::TYPE]
    }

    async fn handle(&self, _: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let told = event.traceparent.clone().unwrap_or_default();
        HEARD.lock().unwrap().push(told);
        Ok(())
    }
}

async fn tick(deps: &Deps) -> Result<u64, StoreError> {
    let trace = begin_trace();
    let meta = EventMeta {
        id: deps.ids.next(),
        subject: "probe".to_owned(),
        aggregate_version: 1,
        time: deps.clock.now(),
        district: "420105".to_owned(),
        actor: None,
        correlation_id: trace.trace_id.clone(),
        causation_id: None,
        traceparent: Some(trace.traceparent()),
    };
    let released = TaskReleased {
        task_id: deps.ids.next(),
        order_id: deps.ids.next(),
        volunteer: deps.ids.next(),
        reason: None,
    };
    let event = &Envelope::new(meta, &released);
    deps.db
        .write("probe.tick", |tx| async move {
            bus::emit(&tx, vec![event.clone()]).await
        })
        .await?;
    Ok(1)
}

#[expect(clippy::unnecessary_wraps, reason = "a module's builder may fail")]
fn busy(deps: Deps) -> Result<Service, StartError> {
    let things = Standing::new("busy", "linli.probe.things", "Things");
    let schedule = Schedule::new("tick", Duration::from_millis(50), move || {
        let (deps, things) = (deps.clone(), things.clone());
        async move {
            things.show(vec![(Vec::new(), 7)]);
            Ok(tick(&deps).await?)
        }
    });
    Ok(Service::new("busy").handler(Hears).schedule(schedule))
}

/// Starts the service, tells a collector, waits until something was heard, asks something, stops; returns the trace
/// of the request, and what `/metrics` said.
async fn run(config: TelemetryConfig) -> (String, String) {
    let process = Process::of("slow", ["busy"]);
    let telemetry = telemetry::start(&config, &process).unwrap();
    let host = TestHost::start_with(&[BUSY], |_| {}, Parts::default()).await;
    eventually("an event was heard of", async || {
        (HEARD.lock().unwrap().len() >= 2).then_some(())
    })
    .await;
    let caller = host.anonymous();
    let problem = caller.get("/api/nothing").await.expect(404);
    let trace = problem["trace_id"].as_str().unwrap().to_owned();
    let openmetrics = reqwest::Client::builder().no_proxy().build().unwrap();
    let shown = openmetrics
        .request(Method::GET, format!("{}/metrics", host.url()))
        .header(
            ACCEPT,
            "application/openmetrics-text;version=1.0.0,text/plain;q=0.3",
        )
        .send()
        .await
        .unwrap();
    let kind = shown.headers()[CONTENT_TYPE].to_str().unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let shown = shown.text().await.unwrap();
    assert!(shown.ends_with("# EOF\n"));
    host.stop().await;
    telemetry.stop().await;
    (trace, shown)
}

fn over_tls(collector: &Collector) -> TelemetryConfig {
    TelemetryConfig {
        otlp_endpoint: Some(collector.endpoint()),
        ..TelemetryConfig::default()
    }
}

/// The one span below another.
fn below<'a>(spans: &'a [Span], above: &Span) -> &'a Span {
    let mut below = spans.iter().filter(|span| span.parent == above.id);
    let span = below.next().unwrap();
    assert!(below.next().is_none(), "{spans:#?}");
    span
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedules_events_are_traces_of_their_own_that_go_over_tls() {
    let collector = Collector::start_tls().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("collector.pem");
    std::fs::write(&file, collector.certificate().unwrap()).unwrap();
    let config = TelemetryConfig {
        otlp_ca_file: Some(file),
        ..over_tls(&collector)
    };
    let (trace, metrics) = run(config).await;

    let heard = HEARD.lock().unwrap().clone();
    let traces: Vec<&str> = heard
        .iter()
        .map(|told| told.split('-').nth(1).unwrap())
        .collect();
    assert_ne!(
        traces[0], traces[1],
        "each thing that is done has its own trace"
    );
    for trace in &traces[..2] {
        let spans = collector.trace(trace);
        assert_eq!(spans.len(), 3, "{spans:#?}");
        let root = spans.iter().find(|span| span.parent.is_empty()).unwrap();
        assert_eq!(
            (root.name.as_str(), root.kind, root.service.as_str()),
            ("schedule tick", SpanKind::Internal, "busy")
        );
        assert_eq!(root.attributes["schedule"], "tick");
        let publish = below(&spans, root);
        assert_eq!(publish.name, format!("publish {}", TaskReleased::TYPE));
        let process = below(&spans, publish);
        assert_eq!(process.name, format!("process {}", TaskReleased::TYPE));
    }
    assert_eq!(collector.trace(&trace).len(), 1, "the request's");
    assert!(
        collector
            .figures("slow")
            .iter()
            .any(|name| name == "linli.probe.things")
    );
    let exemplar = metrics.lines().find(|line| line.contains(&trace));
    let exemplar = exemplar.unwrap_or_else(|| panic!("no exemplar: {metrics}"));
    assert!(exemplar.starts_with("http_server_request_duration_seconds_bucket{"));
    assert!(exemplar.contains("http_route=\"unmatched\"") && exemplar.contains("\"404\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sampled_is_followed_nowhere() {
    let collector = Collector::start().await;
    let config = TelemetryConfig {
        sample_ratio: Some(0.0),
        ..over_tls(&collector)
    };
    let (_, metrics) = run(config).await;
    for told in &*HEARD.lock().unwrap() {
        assert!(told.ends_with("-00"), "{told}");
    }
    assert_eq!(collector.spans(), []);
    assert!(!metrics.contains("trace_id"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_nobody_vouches_for_is_told_nothing() {
    let collector = Collector::start_tls().await;
    let process = Process::of("slow", ["busy"]);
    let telemetry = telemetry::start(&over_tls(&collector), &process).unwrap();
    let host = TestHost::start_with(&[BUSY], |_| {}, Parts::default()).await;
    eventually("it is counted that nobody was told", async || {
        let metrics = host.anonymous().metrics().await;
        let mut lines = metrics.lines();
        lines
            .any(|line| {
                line.starts_with("linli_telemetry_lost_total")
                    && line.contains("signal=\"traces\"")
                    && line.contains("reason=\"away\"")
            })
            .then_some(())
    })
    .await;
    host.stop().await;
    telemetry.stop().await;
    assert_eq!(collector.spans(), []);
    assert_eq!(collector.records(), []);
}
