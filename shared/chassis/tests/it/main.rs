//! The edge and the lifecycle, over real HTTP.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod config;
mod ended_access;
mod keys;
mod late;
mod log_level;
mod overload;
mod own_traces;

use std::time::Duration;

use actix_web::{HttpResponse, get, web};
use auth::PublicCtx;
use chassis::{Config, Deps, Module, Parts, Service, StartError};
use reqwest::Method;
use reqwest::header::ACCEPT_LANGUAGE;
use store::partitions;
use testkit::{Storage, TestHost};
use tokio::sync::Semaphore;

/// Requests to the slow operation wait for a permit here.
pub(crate) static GATE: Semaphore = Semaphore::const_new(0);

/// A permit for each request that came to the gate.
static AT_THE_GATE: Semaphore = Semaphore::const_new(0);

/// A service with one operation that answers when the test lets it.
const SLOW: Module = Module {
    name: "slow",
    migrations: Vec::new,
    build: slow,
    audit: chassis::no_facts,
};

/// Slow on purpose; stands in the place of a public operation that the policy table knows.
#[utoipa::path(operation_id = "list_publications", responses((status = 200)))]
#[get("/api/ticketing/v1/publications")]
async fn wait_for_gate(_ctx: PublicCtx) -> HttpResponse {
    AT_THE_GATE.add_permits(1);
    GATE.acquire().await.unwrap().forget();
    HttpResponse::Ok().json("done")
}

#[expect(clippy::unnecessary_wraps, reason = "a module's builder may fail")]
fn slow(_deps: Deps) -> Result<Service, StartError> {
    Ok(Service::new("slow").routes(|config| {
        config.app_data(web::Data::new(())).service(wait_for_gate);
    }))
}

pub(crate) async fn host(change: impl FnOnce(&mut Config)) -> TestHost {
    TestHost::start_with(&[SLOW], change, Parts::default()).await
}

pub(crate) const SLOW_PATH: &str = "/api/ticketing/v1/publications";

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_method_is_405_with_those_allowed_and_a_wrong_address_404() {
    let host = host(|_| {}).await;
    let caller = host.anonymous();
    let wrong = caller.send(caller.request(Method::DELETE, SLOW_PATH)).await;
    assert_eq!(wrong.status, 405);
    assert_eq!(wrong.headers.get("allow").unwrap(), "GET");
    let nothing = caller.get("/api/nothing").await;
    assert_eq!(nothing.status, 404);
    for reply in [wrong, nothing] {
        assert_eq!(
            reply.headers.get("content-type").unwrap(),
            "application/problem+json"
        );
        assert_eq!(reply.body["trace_id"].as_str().unwrap().len(), 32);
    }
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_are_in_the_callers_language_and_carry_the_callers_trace() {
    let host = host(|_| {}).await;
    let caller = host.anonymous();
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = caller
        .request(Method::GET, "/nowhere")
        .header(ACCEPT_LANGUAGE, "en")
        .header("traceparent", trace);
    let english = caller.send(request).await.expect(404);
    assert_eq!(english["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    let chinese = caller.get("/nowhere").await.expect(404);
    assert_ne!(english["title"], chinese["title"]);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_on_the_same_data_is_refused() {
    let host = host(|_| {}).await;
    let config = Config {
        data: host.folder().join("data"),
        ..Config::default()
    };
    let sources = figment::Figment::new();
    let second = chassis::Host::start(&[SLOW], &config, &sources, Parts::default()).await;
    assert!(matches!(
        second.err(),
        Some(chassis::HostError::DataFolderInUse(_))
    ));
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_makes_the_months_of_its_tables() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let host = host(|config| config.database.url = storage.url().map(str::to_owned)).await;
    let deps = host.deps("slow");
    let now = deps.clock.now();
    let made = partitions::make_ahead(&deps.db, now).await;
    assert_eq!(made.unwrap(), 0);
    let next_month = now.plus(Duration::from_hours(24 * 31));
    let made = partitions::make_ahead(&deps.db, next_month).await;
    assert_ne!(made.unwrap(), 0, "there is one more to make");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_running_requests_finish() {
    let host = host(|_| {}).await;
    let caller = host.anonymous();
    let running = tokio::spawn(async move { caller.get(SLOW_PATH).await });
    AT_THE_GATE.acquire().await.unwrap().forget();
    let (stopped, ()) = tokio::join!(
        tokio::time::timeout(Duration::from_secs(9), host.stop()),
        async { GATE.add_permits(1) }
    );
    stopped.unwrap();
    assert_eq!(running.await.unwrap().status, 200);
}
