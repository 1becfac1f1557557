//! What a collector is told: one trace from a request to its last effect, figures and log records.

mod shape;

use reqwest::Method;
use scenarios::order::{self, INBOX, TASKS, items};
use scenarios::{Cluster, DemoAccount, Installation, Server};
use serde_json::{Value, json};
use testkit::otlp::{Collector, SpanKind};
use testkit::{Caller, eventually};

use shape::{Tree, traceparent};

/// What lets a collector hear soon.
const SOON: [(&str, &str); 3] = [
    ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ("OTEL_BLRP_SCHEDULE_DELAY", "50"),
    ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
];

const ACTIONS: &str = "POST /api/ticketing/v1/orders/{id}/actions/{action}";

/// The people of the demo who take part.
struct People {
    resident: Caller,
    dispatcher: Caller,
    volunteer: Caller,
}

impl People {
    async fn of(server: &Server, installation: &Installation) -> Self {
        let account = |role: &str| installation.account(role);
        Self {
            resident: server.sign_in(&account("resident")).await,
            dispatcher: server.sign_in(&account("compound_dispatcher")).await,
            volunteer: server.sign_in(&account("party_member")).await,
        }
    }
}

async fn start(installation: &Installation, settings: &[(&str, &str)]) -> Server {
    let mut command = installation.command(&["--listen", "127.0.0.1:0"]);
    command.envs(settings.iter().copied());
    Server::launch(command).await
}

/// Dispatches an order and lets the volunteer claim it, each in a trace of the caller's.
async fn dispatch_and_claim(people: &People, dispatching: &str, claiming: &str) {
    let order = order::open(&people.resident, &order::five_order("楼道照明灯不亮")).await;
    let actions = format!("{}/actions/dispatch", order::path(&order));
    let traced = |caller: &Caller, path: &str, trace: &str| {
        caller
            .request(Method::POST, path)
            .header("traceparent", traceparent(trace))
            .json(&json!({}))
    };
    let dispatch = traced(&people.dispatcher, &actions, dispatching);
    people.dispatcher.send(dispatch).await.expect(200);
    let task = order::task(&people.volunteer, &order).await;
    let claim = format!("{TASKS}/{task}/claim");
    let claim = traced(&people.volunteer, &claim, claiming);
    people.volunteer.send(claim).await.expect(200);
    eventually("the requester is told", async || {
        let inbox = people.resident.get(INBOX).await.expect(200);
        (!items(&inbox).is_empty()).then_some(())
    })
    .await;
}

/// Checks that both steps went from service to service within their traces.
async fn follow(collector: &Collector, dispatching: &str, claiming: &str) {
    let offer = "linli.ticketing.order.offered.v1";
    let opened = "linli.volunteering.task.opened.v1";
    let tree = Tree::with(collector, dispatching, &format!("process {opened}")).await;
    let request = tree.top(ACTIONS);
    assert_eq!(
        (request.service.as_str(), request.kind),
        ("ticketing", SpanKind::Server)
    );
    assert_eq!(request.attributes["http.response.status_code"], "200");
    let publish = tree.child(request, &format!("publish {offer}"));
    assert_eq!(
        (publish.service.as_str(), publish.kind),
        ("ticketing", SpanKind::Producer)
    );
    let process = tree.child(publish, &format!("process {offer}"));
    assert_eq!(
        (process.service.as_str(), process.kind),
        ("volunteering", SpanKind::Consumer)
    );
    // what the reader tells in turn goes on below it
    let publish = tree.child(process, &format!("publish {opened}"));
    assert_eq!(publish.service, "volunteering");
    let process = tree.child(publish, &format!("process {opened}"));
    assert_eq!(process.service, "notifications");
    tree.check();

    let claimed = "linli.volunteering.task.claimed.v1";
    let process = format!("process {claimed}");
    let tree = Tree::with_all(collector, claiming, &process, 2).await;
    let request = tree.top("POST /api/volunteering/v1/tasks/{id}/claim");
    assert_eq!(request.service, "volunteering");
    let publish = tree.child(request, &format!("publish {claimed}"));
    // two services hear of it, each below the same publication
    for service in ["ticketing", "notifications"] {
        tree.child_of(publish, &process, service);
    }
    tree.check();
}

#[tokio::test]
async fn a_step_across_services_is_one_trace_in_one_process() {
    let collector = Collector::start().await;
    let installation = Installation::new();
    let endpoint = collector.endpoint();
    let mut settings = SOON.to_vec();
    settings.push(("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint));
    settings.push(("LINLI_TELEMETRY__LOG", "info,chassis=debug"));
    let server = start(&installation, &settings).await;
    let people = People::of(&server, &installation).await;
    let (dispatching, claiming) = (shape::trace(), shape::trace());
    dispatch_and_claim(&people, &dispatching, &claiming).await;
    follow(&collector, &dispatching, &claiming).await;

    eventually("figures and records came", async || {
        let figures = collector.figures("linli");
        let told = |name: &str| figures.iter().any(|figure| figure == name);
        let figures = [
            "http.server.request.duration",
            "linli.bus.handled",
            "linli.bus.handle.duration",
            "linli.store.pool.connections",
        ]
        .into_iter()
        .all(told);
        let record = collector
            .records()
            .into_iter()
            .find(|record| record.trace == dispatching && record.body == "request answered")?;
        assert_eq!(record.service, "ticketing");
        figures.then_some(())
    })
    .await;

    // a problem names the trace in which it happened
    let trace = shape::trace();
    let wrong = people
        .resident
        .request(Method::GET, "/api/ticketing/v1/orders/none")
        .header("traceparent", traceparent(&trace));
    let problem = people.resident.send(wrong).await;
    assert_eq!(problem.body["trace_id"], Value::from(trace.as_str()));
    let top = "GET /api/ticketing/v1/orders/{id}";
    let tree = Tree::with(&collector, &trace, top).await;
    assert!(!tree.top(top).failed, "what a caller did wrong is no fault");
    assert_eq!(server.interrupt().await.code(), Some(0));
}

#[tokio::test]
async fn a_step_across_processes_is_one_trace_over_the_broker() {
    let Some(mut cluster) = Cluster::prepare().await else {
        return;
    };
    cluster.run(&["migrate"]).await.expect(0);
    cluster.run(&["seed"]).await.expect(0);
    let collector = Collector::start().await;
    for (variable, value) in SOON {
        cluster.set(variable, value);
    }
    cluster.set("LINLI_TELEMETRY__OTLP_ENDPOINT", collector.endpoint());
    cluster.start_all().await;
    cluster.settled().await;
    let accounts: Vec<DemoAccount> = cluster.accounts();
    let account = |role: &str| {
        let mut accounts = accounts.iter();
        accounts
            .find(|account| account.role == role)
            .expect("the demo has the role")
    };
    let people = People {
        resident: cluster.sign_in(account("resident")).await,
        dispatcher: cluster.sign_in(account("compound_dispatcher")).await,
        volunteer: cluster.sign_in(account("party_member")).await,
    };
    let (dispatching, claiming) = (shape::trace(), shape::trace());
    dispatch_and_claim(&people, &dispatching, &claiming).await;
    follow(&collector, &dispatching, &claiming).await;
    eventually("each process tells its own figures", async || {
        let told = |service: &&str| !collector.figures(service).is_empty();
        scenarios::SERVICES.iter().all(told).then_some(())
    })
    .await;
    eventually("who listens tells what waits for it", async || {
        let told = |service: &str| {
            let figures = collector.figures(service);
            figures.iter().any(|name| name == "linli.bus.queue.depth")
        };
        (told("notifications") && told("ticketing")).then_some(())
    })
    .await;
    cluster.stop().await;
}

#[tokio::test]
async fn a_collector_that_is_away_costs_what_it_would_have_been_told_and_nothing_else() {
    let mut collector = Collector::start().await;
    let installation = Installation::new();
    let endpoint = collector.endpoint();
    let mut settings = SOON.to_vec();
    settings.push(("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint));
    let server = start(&installation, &settings).await;
    let people = People::of(&server, &installation).await;
    collector.leave();
    let (dispatching, claiming) = (shape::trace(), shape::trace());
    dispatch_and_claim(&people, &dispatching, &claiming).await;
    let warning = "collector does not take telemetry";
    server.says(warning).await;
    eventually("what is lost is counted", async || {
        let figures = server.anonymous().metrics().await;
        let mut lines = figures.lines();
        lines
            .any(|line| line.starts_with("linli_telemetry_lost_total") && line.contains("traces"))
            .then_some(())
    })
    .await;
    // a second loss is not announced again
    dispatch_and_claim(&people, &shape::trace(), &shape::trace()).await;
    let said = server.said();
    for signal in ["traces", "logs", "metrics"] {
        let lines = said.lines().filter(|line| line.contains(warning));
        let named = lines.filter(|line| line.contains(&format!("\"{signal}\"")));
        assert!(named.count() <= 1, "{signal}: {said}");
    }

    collector.come_back().await;
    let (dispatching, claiming) = (shape::trace(), shape::trace());
    dispatch_and_claim(&people, &dispatching, &claiming).await;
    follow(&collector, &dispatching, &claiming).await;
    server.says("collector takes telemetry again").await;
    assert_eq!(server.interrupt().await.code(), Some(0));
}

#[tokio::test]
async fn what_is_left_is_told_before_the_process_ends() {
    let collector = Collector::start().await;
    let installation = Installation::new();
    let endpoint = collector.endpoint();
    // nothing is told by itself within the test
    let settings = [
        ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2048"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "600000"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "600000"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_SERVICE_NAME", "our-own-name"),
    ];
    let server = start(&installation, &settings).await;
    let trace = shape::trace();
    let asked = server
        .anonymous()
        .request(Method::GET, "/api/ticketing/v1/publications")
        .header("traceparent", traceparent(&trace));
    server.anonymous().send(asked).await.expect(200);
    assert_eq!(server.interrupt().await.code(), Some(0));
    let spans = collector.trace(&trace);
    assert_eq!(spans.len(), 1, "{spans:#?}");
    assert_eq!(spans[0].service, "our-own-name");
    assert!(!collector.figures("our-own-name").is_empty());
}

#[tokio::test]
async fn a_trace_that_its_caller_does_not_keep_is_kept_nowhere() {
    let collector = Collector::start().await;
    let installation = Installation::new();
    let endpoint = collector.endpoint();
    let mut settings = SOON.to_vec();
    settings.push(("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint));
    let server = start(&installation, &settings).await;
    let people = People::of(&server, &installation).await;
    let (unkept, kept) = (shape::trace(), shape::trace());
    let order = order::open(&people.resident, &order::five_order("楼道照明灯不亮")).await;
    let dispatch = people
        .dispatcher
        .request(
            Method::POST,
            &format!("{}/actions/dispatch", order::path(&order)),
        )
        .header("traceparent", traceparent(&unkept).replace("-01", "-00"))
        .json(&json!({}));
    people.dispatcher.send(dispatch).await.expect(200);
    order::task(&people.volunteer, &order).await;
    let asked = people
        .resident
        .request(Method::GET, &order::path(&order))
        .header("traceparent", traceparent(&kept));
    people.resident.send(asked).await.expect(200);
    let top = "GET /api/ticketing/v1/orders/{id}";
    Tree::with(&collector, &kept, top).await;
    assert_eq!(collector.trace(&unkept), []);
    assert_eq!(server.interrupt().await.code(), Some(0));
    assert_eq!(collector.trace(&unkept), []);
}
