//! The queues of the installation.

use bus::{Amqp, AmqpConfig, BrokerUrl};
use serde_json::json;
use testkit::eventually;

use crate::World;

/// A corner of the broker for one test; none where there is no broker to test with.
fn corner(url: Option<String>) -> Option<AmqpConfig> {
    Some(AmqpConfig {
        url: BrokerUrl::from(url?),
        prefix: format!("test-{:016x}", rand::random::<u64>()),
        backoff_ms: 10,
        backoff_max_ms: 100,
        ..AmqpConfig::default()
    })
}

#[tokio::test]
async fn queues_are_there_before_any_service_and_again_after_somebody_removed_one() {
    let Some(broker) = corner(testkit::servers::amqp()) else {
        return;
    };
    let world = World::start().await;
    let replica = world.operator_on("one", &broker).await;
    world.declare(json!({})).await;
    let (district, said) = world.turns("QueuesDeclared", "True").await;
    assert_eq!(said.reason, "Declared");
    let queues = district.status.unwrap().queues.unwrap();
    assert_eq!((queues.consumers, queues.waiting, queues.dead), (5, 0, 0));
    world.turns("Ready", "True").await;
    let url = broker.url.expose();
    let ours = lapin::Connection::connect(url, lapin::ConnectionProperties::default());
    let ours = ours.await.unwrap();
    let channel = ours.create_channel().await.unwrap();
    let queue = |consumer: &str| format!("{}.{consumer}", broker.prefix);
    for gone in [queue("ticketing"), queue("registry.dead")] {
        let manner = lapin::options::QueueDeleteOptions::default();
        channel.queue_delete(gone.into(), manner).await.unwrap();
    }
    let bus = Amqp::start(&broker, &[]);
    bus.connected().await;
    eventually("they are there again", async || {
        let waiting = bus.backlog("ticketing").await.ok()?;
        let dead = bus.dead_backlog("registry").await.ok()?;
        (waiting == 0 && dead == 0).then_some(())
    })
    .await;
    bus.close().await;
    world.end([replica]).await;
    for consumer in [
        "identity",
        "notifications",
        "registry",
        "ticketing",
        "volunteering",
    ] {
        for swept in [queue(consumer), queue(&format!("{consumer}.dead"))] {
            let manner = lapin::options::QueueDeleteOptions::default();
            channel.queue_delete(swept.into(), manner).await.unwrap();
        }
    }
    for exchange in ["events", "dead"] {
        let manner = lapin::options::ExchangeDeleteOptions::default();
        let swept = queue(exchange).into();
        channel.exchange_delete(swept, manner).await.unwrap();
    }
    ours.close(200, "done".into()).await.unwrap();
}

#[tokio::test]
async fn a_broker_out_of_reach_is_said_and_keeps_nothing_else_from_being_done() {
    let world = World::start().await;
    // nobody listens there: port 9 is for discarding
    let lost = corner(Some("amqp://guest:guest@127.0.0.1:9/%2f".to_owned())).unwrap();
    let replica = world.operator_on("one", &lost).await;
    world
        .declare(json!({"quotas": {"ordersPerDay": 100}}))
        .await;
    let (_, said) = world.turns("QueuesDeclared", "False").await;
    assert_eq!(said.reason, "BrokerAway");
    world.turns("Ready", "False").await;
    let (district, _) = world.turns("QuotasApplied", "True").await;
    assert_eq!(district.status.unwrap().queues, None);
    assert_eq!(world.units().await.len(), 1);
    world.end([replica]).await;
}
