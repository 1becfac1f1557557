//! Faults of the servers, each test with one of its own.

use std::time::Duration;

use scenarios::{Cluster, Kind, OwnServer};
use testkit::{lasting, servers};

use super::Trial;

/// Time that the broker is away: half a minute with `LINLI_TEST_LONG=1`.
fn absence() -> Duration {
    let long = std::env::var("LINLI_TEST_LONG").is_ok_and(|value| value == "1");
    Duration::from_secs(if long { 30 } else { 3 })
}

async fn with_broker(broker: &OwnServer) -> Option<Trial> {
    let cluster = Cluster::prepare_on(&servers::postgres()?, broker.url().to_owned()).await;
    Some(Trial::begin(cluster).await)
}

#[tokio::test]
async fn a_killed_database_comes_back_with_everything_that_was_acknowledged() {
    let Some(postgres) = OwnServer::start(Kind::Postgres).await else {
        return;
    };
    let broker = servers::amqp().expect("one server is there, so is the other");
    let cluster = Cluster::prepare_on(postgres.url(), broker).await;
    let mut trial = Trial::begin(cluster).await;
    trial
        .under_load(async |_, load| {
            for _ in 0..3 {
                load.progress(20).await;
                postgres.kill().await;
                load.trouble(4).await;
                postgres.start_again().await;
            }
            load.progress(20).await;
        })
        .await;
    trial.check().await;
}

#[tokio::test]
async fn a_stopped_broker_delays_events_and_refuses_nobody() {
    let Some(broker) = OwnServer::start(Kind::RabbitMq).await else {
        return;
    };
    let mut trial = with_broker(&broker).await.expect("the other server");
    trial
        .under_load(async |_, load| {
            load.progress(20).await;
            let trouble = load.desk.trouble();
            broker.end().await;
            // orders are opened and dispatched; what follows waits for events
            load.progress(20).await;
            lasting(absence()).await;
            broker.start_again().await;
            load.progress(20).await;
            assert_eq!(load.desk.trouble(), trouble, "{}", load.desk.report());
        })
        .await;
    trial.check().await;
}

#[tokio::test]
async fn a_killed_broker_comes_back_with_every_event_that_it_took() {
    let Some(broker) = OwnServer::start(Kind::RabbitMq).await else {
        return;
    };
    let mut trial = with_broker(&broker).await.expect("the other server");
    trial
        .under_load(async |_, load| {
            for _ in 0..2 {
                load.progress(20).await;
                broker.kill().await;
                load.progress(10).await;
                broker.start_again().await;
                load.progress(20).await;
            }
        })
        .await;
    trial.check().await;
}
