//! Two processes of one service.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bus::conformance::{Happened, World};
use bus::{Amqp, Consumer, Envelope, Handler, Subscription};
use contracts::Event;
use kernel::SystemClock;
use tokio_util::sync::CancellationToken;

use super::Broker;
use super::broker::connected;

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
