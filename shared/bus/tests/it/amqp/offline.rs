use std::time::{Duration, Instant};

use bus::conformance::{Happened, World};
use bus::{Amqp, AmqpConfig, BrokerUrl, Publisher, Subscription};
use contracts::Event;
use testkit::eventually;

use crate::Files;

/// A port where nobody listens.
async fn nowhere() -> AmqpConfig {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    AmqpConfig {
        url: BrokerUrl::from(format!("amqp://guest:guest@{address}/%2f")),
        ..AmqpConfig::default()
    }
}

fn reader() -> Subscription {
    Subscription {
        consumer: "reader",
        types: vec![Happened::TYPE],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_broker_it_starts_answers_and_stops_at_once() {
    let started = Instant::now();
    let bus = Amqp::start_among(&nowhere().await, &[reader()], &[]);
    let files = Files::new();
    let world = World::build(&files, World::quick(), Vec::new()).await;
    let answers = bus
        .publish(vec![world.event("a", 1), world.event("b", 1)])
        .await;
    assert!(answers.iter().all(Result::is_err));
    assert!(!bus.is_connected());
    eventually("it says what is wrong", async || bus.last_error()).await;
    bus.close().await;
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_accepts_and_says_nothing_is_given_up_on() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = AmqpConfig {
        url: BrokerUrl::from(format!("amqp://{}/%2f", listener.local_addr().unwrap())),
        connect_timeout_ms: 200,
        ..AmqpConfig::default()
    };
    let bus = Amqp::start_among(&config, &[reader()], &[]);
    let mut held = Vec::new();
    while bus.last_error().is_none() {
        let accepted = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        held.extend(accepted);
    }
    let error = bus.last_error().unwrap();
    assert_eq!(error, "no answer within the time limit");
    bus.close().await;
}
