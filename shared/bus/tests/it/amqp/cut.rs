use std::collections::{HashMap, HashSet};

use bus::conformance::{Probe, World};
use bus::{BusConfig, Envelope, Publisher};
use testkit::{chaos::Proxy, eventually};

use super::Broker;
use super::broker::connected;
use crate::outcome::drained;

fn config() -> BusConfig {
    BusConfig {
        batch: 16,
        ..World::quick()
    }
}

async fn behind_a_proxy() -> Option<(Broker, Proxy)> {
    let broker = Broker::new()?;
    let proxy = Proxy::start(broker.address(), 0).await;
    let address = proxy.address();
    Some((broker.through(address), proxy))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut_again_and_again_lose_nothing_and_double_nothing() {
    let Some((broker, proxy)) = behind_a_proxy().await else {
        return;
    };
    let world = World::start(&broker, config()).await;
    let mut events: Vec<Envelope> = Vec::new();
    for round in 0..8_i64 {
        for part in 0..5_i64 {
            let batch: Vec<Envelope> = (0..60_i64)
                .map(|number| {
                    let version = round * 300 + part * 60 + number;
                    world.event(&format!("s{}", number % 7), version)
                })
                .collect();
            world.emit(&batch).await;
            events.extend(batch);
        }
        proxy.cut().await;
        proxy.pass().await;
    }
    world.listener().effects_reach(events.len()).await;
    let effects = world.listener().effects().await;
    assert_eq!(effects.len(), events.len());
    let seen: HashSet<_> = effects.iter().map(|effect| effect.event).collect();
    assert_eq!(seen, events.iter().map(|event| event.id).collect());
    let mut last: HashMap<&str, i64> = HashMap::new();
    for effect in &effects {
        let before = last.insert(&effect.subject, effect.version);
        assert!(before.is_none_or(|before| before < effect.version));
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_committed_while_the_broker_is_away_follows_when_it_is_back() {
    let Some((broker, proxy)) = behind_a_proxy().await else {
        return;
    };
    let world = World::start(&broker, config()).await;
    world.emit(&[world.event("a", 1)]).await;
    world.listener().probe.committed(1).await;
    // its effect may come before the broker's word that it has the event
    drained(&world).await;
    proxy.cut().await;
    let bus = broker.bus();
    eventually("the cut is noticed", async || {
        (!bus.is_connected()).then_some(())
    })
    .await;
    let answers = bus.publish(vec![world.event("b", 1)]).await;
    assert!(answers[0].is_err());
    let events: Vec<Envelope> = (2..=200).map(|version| world.event("a", version)).collect();
    world.emit(&events).await;
    assert_eq!(world.waiting().await, 199);
    assert!(bus.last_error().is_some());
    proxy.pass().await;
    connected(&bus).await;
    world.listener().probe.committed(200).await;
    assert_eq!(world.listener().effects().await.len(), 200);
    assert_eq!(bus.last_error(), None);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledgements_after_a_cut_have_no_effect_and_events_come_again() {
    let Some((broker, proxy)) = behind_a_proxy().await else {
        return;
    };
    let world = World::build(&broker, config(), vec![("reader", Probe::default())]).await;
    let bus = broker.bus();
    let events: Vec<Envelope> = (1..=5).map(|version| world.event("a", version)).collect();
    world.publish(&events).await;
    let subscription = bus::Subscription {
        consumer: "reader",
        types: vec![<bus::conformance::Happened as contracts::Event>::TYPE],
    };
    let mut queue = bus::Subscriber::subscribe(&*bus, &subscription)
        .await
        .unwrap();
    let mut taken = Vec::new();
    while taken.len() < 5 {
        taken.extend(queue.next(9).await.unwrap());
    }
    let first = taken.remove(0);
    proxy.cut().await;
    proxy.pass().await;
    assert!(queue.next(9).await.is_none(), "the queue has closed");
    first.acker.ack().await;
    drop(taken);
    drop(queue);
    // the bus may not have noticed yet
    let mut queue = eventually("the queue opens again", async || {
        bus::Subscriber::subscribe(&*bus, &subscription).await.ok()
    })
    .await;
    let mut again = Vec::new();
    while again.len() < 5 {
        again.extend(queue.next(9).await.unwrap());
    }
    let versions: Vec<i64> = again
        .iter()
        .map(|delivery| delivery.envelope.aggregate_version)
        .collect();
    assert_eq!(versions, [1, 2, 3, 4, 5]);
}
