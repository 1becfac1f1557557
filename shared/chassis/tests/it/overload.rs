//! More requests than can be worked on: who waits, who is sent away, and that it is over at once.

use std::sync::Arc;

use chassis::Config;
use kernel::Role;
use reqwest::StatusCode;
use testkit::{Caller, Reply, TestHost, eventually};
use tokio::task::JoinSet;

use crate::{GATE, SLOW_PATH, host};

const STORMY: &str = "/420105000000/";
const QUIET: &str = "/420106000000/";

/// One sample of `/metrics`, zero while there is none.
async fn metric(probe: &Caller, name: &str) -> i64 {
    let text = probe.metrics().await;
    let sample = text.lines().find(|line| line.starts_with(name));
    sample
        .and_then(|line| line.rsplit(' ').next()?.parse().ok())
        .unwrap_or_default()
}

async fn waiting(host: &TestHost, number: i64) {
    let probe = host.anonymous();
    eventually("as many wait as should", async || {
        (metric(&probe, "http_server_waiting").await == number).then_some(())
    })
    .await;
}

fn send(requests: &mut JoinSet<Reply>, caller: &Caller, number: usize) {
    for _ in 0..number {
        let caller = caller.clone();
        requests.spawn(async move { caller.get(SLOW_PATH).await });
    }
}

fn few(max_in_flight: usize, max_waiting: usize) -> impl FnOnce(&mut Config) {
    move |config| {
        config.http.max_in_flight = max_in_flight;
        config.http.max_waiting = max_waiting;
        config.http.max_waiting_per_district = 8;
        config.http.longest_wait_ms = 25_000;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_house_is_answered_at_once_and_is_over_when_the_load_is() {
    let host = host(few(1, 0)).await;
    let (first, second) = (host.anonymous(), host.anonymous());
    let working = tokio::spawn(async move { first.get(SLOW_PATH).await });
    let refused = eventually("the second request is refused", async || {
        let reply = second.get("/nowhere").await;
        (reply.status == 503).then_some(reply)
    })
    .await;
    assert_eq!(refused.headers.get("retry-after").unwrap(), "1");
    assert_eq!(second.get("/livez").await.status, 200);
    GATE.add_permits(1);
    assert_eq!(working.await.unwrap().status, 200);
    assert_eq!(second.get("/nowhere").await.status, 404);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_one_district_is_shed_and_another_is_served() {
    let host = host(few(2, 32)).await;
    let stormy = host.caller(&[(Role::GridWorker, STORMY)]);
    let quiet = host.caller(&[(Role::GridWorker, QUIET)]);
    let mut storm = JoinSet::new();
    send(&mut storm, &stormy, 200);
    // two at work, eight waiting: all others of the district are sent away while nothing moves
    for _ in 0..190 {
        let refused = storm.join_next().await.unwrap().unwrap();
        assert_eq!(refused.headers.get("retry-after").unwrap(), "2");
        let problem = refused.expect(429);
        assert_eq!(problem["trace_id"].as_str().unwrap().len(), 32);
    }
    let mut calm = JoinSet::new();
    send(&mut calm, &quiet, 6);
    waiting(&host, 14).await;
    // Those at work and twelve turns: six of each district, though all of the storm came first.
    GATE.add_permits(14);
    while let Some(reply) = calm.join_next().await {
        assert_eq!(reply.unwrap().status, StatusCode::OK);
    }
    waiting(&host, 0).await;
    GATE.add_permits(3);
    let rest = storm.join_all().await;
    assert_eq!(rest.len(), 10);
    assert!(rest.iter().all(|reply| reply.status == StatusCode::OK));
    assert_eq!(stormy.get(SLOW_PATH).await.status, StatusCode::OK);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_made_up_token_takes_no_place_of_a_district() {
    let host = host(few(1, 32)).await;
    let quiet = host.caller(&[(Role::GridWorker, QUIET)]);
    // rightly made, by somebody whose key nobody here knows
    let stranger = testkit::Signer::trusted_by(&auth::KeyRing::default());
    let (account, token) = stranger.account(&[(Role::GridWorker, QUIET)]);
    let made_up = host.caller_with(account, token);
    let mut forged = JoinSet::new();
    send(&mut forged, &made_up, 1);
    // at work or not, its kind has a queue of its own: ten more, of which two find it full
    waiting(&host, 0).await;
    let mut real = JoinSet::new();
    send(&mut forged, &made_up, 10);
    for _ in 0..2 {
        let refused = forged.join_next().await.unwrap().unwrap();
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    }
    send(&mut real, &quiet, 8);
    waiting(&host, 16).await;
    GATE.add_permits(17);
    for reply in real.join_all().await {
        assert_eq!(reply.status, StatusCode::OK);
    }
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_too_long_is_told_to_come_again() {
    let host = host(|config| {
        config.http.max_in_flight = 1;
        config.http.longest_wait_ms = 50;
    })
    .await;
    let caller = host.anonymous();
    let working = {
        let caller = caller.clone();
        tokio::spawn(async move { caller.get(SLOW_PATH).await })
    };
    let late = eventually("a request waited too long", async || {
        let reply = caller.get("/nowhere").await;
        (reply.status == 503).then_some(reply)
    })
    .await;
    assert_eq!(late.headers.get("retry-after").unwrap(), "1");
    GATE.add_permits(1);
    assert_eq!(working.await.unwrap().status, 200);
    assert_eq!(caller.get("/nowhere").await.status, 404);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_frees_the_place() {
    let host = Arc::new(host(few(1, 32)).await);
    let mut gone = JoinSet::new();
    send(&mut gone, &host.anonymous(), 5);
    waiting(&host, 4).await;
    gone.shutdown().await;
    waiting(&host, 0).await;
    // nobody opens the gate: it was given up together with the place
    assert_eq!(host.anonymous().get("/nowhere").await.status, 404);
    Arc::into_inner(host).unwrap().stop().await;
}
