//! Two processes of one service.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bus::conformance::{Backend, Happened, World};
use bus::{Amqp, Consumer, Envelope, Handler, Relay, Subscription};
use contracts::Event;
use kernel::SystemClock;
use tokio_util::sync::CancellationToken;

use super::Broker;
use super::broker::connected;
use crate::outcome::{drained, exactly_once_in_order};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_take_turns_in_order_and_nothing_is_lost_or_doubled() {
    let Some(broker) = Broker::new() else {
        return;
    };
    let mut world = World::start(&broker, World::quick()).await;
    let mut events: Vec<Envelope> = Vec::new();
    for turn in 0..6_i64 {
        let batch: Vec<Envelope> = (0..120_i64)
            .map(|number| world.event(&format!("s{}", number % 7), turn * 120 + number))
            .collect();
        world.emit(&batch).await;
        events.extend(batch);
        // a second replica stands by, then the first one goes while events are under way
        let replica = Replica::start(&broker, &world).await;
        world.listener().effects_reach(events.len() - 60).await;
        world.kill().await;
        world.start_relay();
        world.listener().effects_reach(events.len()).await;
        world.start_consumers();
        replica.stop().await;
    }
    let effects = world.listener().effects().await;
    assert_eq!(effects.len(), events.len());
    let seen: HashSet<_> = effects.iter().map(|effect| effect.event).collect();
    assert_eq!(seen.len(), events.len());
    let mut last: HashMap<&str, i64> = HashMap::new();
    for effect in &effects {
        let before = last.insert(&effect.subject, effect.version);
        assert!(before.is_none_or(|before| before < effect.version));
    }
    world.stop().await;
}

/// Both replicas relay and handle at once; the first dies while much is under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_and_two_consumers_share_the_work_in_order() {
    let Some(broker) = Broker::new() else {
        return;
    };
    let mut world = World::start(&broker, World::quick()).await;
    let mut events: Vec<Envelope> = Vec::new();
    for turn in 0..4_i64 {
        let replica = Replica::start(&broker, &world).await;
        let relay = Relay::new(
            "emitter",
            broker.database("emitter").await,
            Arc::<Amqp>::clone(&replica.bus),
            Arc::new(SystemClock),
            World::quick(),
        );
        let stop = CancellationToken::new();
        let relaying = tokio::spawn(relay.run(stop.clone()));
        for part in 0..5_i64 {
            let batch: Vec<Envelope> = (0..60_i64)
                .map(|number| turn * 300 + part * 60 + number)
                .map(|version| world.event(&format!("s{}", version % 7), version))
                .collect();
            world.emit(&batch).await;
            events.extend(batch);
        }
        world.listener().effects_reach(events.len() - 200).await;
        if turn % 2 == 0 {
            world.kill().await;
        } else {
            // a rolling restart
            world.stop_relays().await;
            world.stop_consumers().await;
        }
        world.listener().effects_reach(events.len()).await;
        world.start_relay();
        world.start_consumers();
        stop.cancel();
        relaying.await.unwrap();
        replica.stop().await;
    }
    drained(&world).await;
    exactly_once_in_order(&world, &events).await;
    world.stop().await;
}

struct Replica {
    bus: Arc<Amqp>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Replica {
    async fn start(broker: &Broker, world: &World) -> Self {
        let bus = broker.start(&[Subscription {
            consumer: "reader",
            types: vec![Happened::TYPE],
        }]);
        connected(&bus).await;
        let handler: Arc<dyn Handler> = world.listener().probe.clone();
        let consumer = Consumer {
            name: "reader",
            db: world.listener().db.clone(),
            handlers: vec![handler],
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(consumer.run(
            Arc::<Amqp>::clone(&bus),
            Arc::new(SystemClock),
            World::quick(),
            stop.clone(),
        ));
        Self { bus, stop, task }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
        self.bus.close().await;
    }
}
