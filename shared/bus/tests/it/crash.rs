//! A process dies between any two steps of outbox and inbox: each step in turn, as the code names them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bus::conformance::{Backend, Plan, Probe, World};
use bus::{BusConfig, Envelope, Observer, Step};
use kernel::{Clock, EventId, SystemClock};
use store::OutboxRecord;
use tokio::sync::Notify;

use crate::outcome::{drained, exactly_once_in_order};

/// Crashes at each step: of the half that reached it, then of relay and consumer together.
const CRASHES: i64 = 3;
/// Longest wait for a step.
const PATIENCE: Duration = Duration::from_mins(2);
/// Events of one round, and the aggregates they belong to.
const EVENTS: i64 = 24;
const AGGREGATES: i64 = 5;

/// Holds whoever reaches the step it is set for, and says so: from there nothing more is done.
#[derive(Default)]
struct Trap {
    set: Mutex<Option<Step>>,
    sprung: Notify,
}

impl Trap {
    fn set(&self, step: Option<Step>) {
        *self.set.lock().unwrap() = step;
    }
}

#[async_trait]
impl Observer for Trap {
    async fn reached(&self, step: Step) {
        let caught = self.set.lock().unwrap().take_if(|set| *set == step);
        if caught.is_some() {
            self.sprung.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// What was put into the outbox.
#[derive(Default)]
struct Told {
    sound: Vec<Envelope>,
    poison: Vec<EventId>,
    unreadable: Vec<EventId>,
}

impl Told {
    /// Commits a round of events, among them one that is poison and a row that is no envelope.
    async fn more(&mut self, world: &World, round: i64) {
        let version = |number| round * EVENTS + number;
        let sound: Vec<Envelope> = (0..EVENTS)
            .map(|number| world.event(&format!("s{}", number % AGGREGATES), version(number)))
            .collect();
        let poison = world.event("poisoned", version(0));
        let probe = &world.listener().probe;
        probe.plan(poison.id, Some(Plan::Poison("no such thing")));
        let mut records: Vec<OutboxRecord> = sound.iter().map(Envelope::to_record).collect();
        records.insert(4, poison.to_record());
        let unreadable = OutboxRecord {
            event_id: world.event("s1", 0).id,
            aggregate: "s1".to_owned(),
            body: "no envelope".to_owned(),
            created_at: SystemClock.now(),
        };
        self.unreadable.push(unreadable.event_id);
        records.insert(9, unreadable);
        let records = &records;
        let emitted = world.emitter().write("test.emit", |tx| async move {
            store::outbox::append(&tx, records.clone()).await
        });
        emitted.await.unwrap();
        self.sound.extend(sound);
        self.poison.push(poison.id);
    }
}

async fn dead(db: &store::Database) -> Vec<EventId> {
    let letters = store::dead_letter::list(db, 100).await.unwrap();
    let mut dead: Vec<EventId> = letters.iter().map(|letter| letter.event_id).collect();
    dead.sort();
    dead
}

async fn crash_at(backend: &dyn Backend, step: Step) {
    let config = BusConfig {
        batch: 6,
        relay_batch: 12,
        relay_run: 4,
        // short enough to be renewed, and taken over, while the test looks on
        relay_lease_ms: 100,
        ..World::quick()
    };
    let mut world = World::build(backend, config, vec![("reader", Probe::default())]).await;
    let trap = Arc::new(Trap::default());
    world.observe(Arc::<Trap>::clone(&trap));
    let mut told = Told::default();
    let (mut relay_runs, of_relay) = (false, Step::OF_RELAY.contains(&step));
    for round in 0..CRASHES {
        trap.set(Some(step));
        told.more(&world, 2 * round).await;
        if !relay_runs {
            world.start_relay();
        }
        world.start_consumers();
        told.more(&world, 2 * round + 1).await;
        let sprung = tokio::time::timeout(PATIENCE, trap.sprung.notified());
        assert!(sprung.await.is_ok(), "{step:?} was never reached");
        let both = round > 0;
        relay_runs = !(of_relay || both);
        if of_relay || both {
            world.kill_relays().await;
        }
        if !of_relay || both {
            world.kill_consumers().await;
        }
    }
    trap.set(None);
    world.start_relay();
    world.start_consumers();
    world.listener().effects_reach(told.sound.len()).await;
    drained(&world).await;
    testkit::eventually("poison is dead", async || {
        (dead(&world.listener().db).await.len() == told.poison.len()).then_some(())
    })
    .await;
    let (reader, emitter) = (world.listener().db.clone(), world.emitter().clone());
    exactly_once_in_order(&world, &told.sound).await;
    world.stop().await;
    told.poison.sort();
    told.unreadable.sort();
    assert_eq!(dead(&reader).await, told.poison, "{step:?}");
    assert_eq!(dead(&emitter).await, told.unreadable, "{step:?}");
}

/// Steps tried at the same time, each in a world of its own: most of a crash is waiting.
const AT_ONCE: usize = 3;

/// Makes one test for the steps of each half.
macro_rules! crashes {
    ($backend:expr) => {
        async fn crash_at_each(steps: &[bus::Step]) {
            let steps = futures_util::stream::iter(steps);
            let crashing = steps.for_each_concurrent(super::AT_ONCE, async |step| {
                if let Some(backend) = $backend {
                    super::crash_at(&backend, *step).await;
                }
            });
            crashing.await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_relay_that_dies_at_any_step_loses_and_doubles_nothing() {
            crash_at_each(bus::Step::OF_RELAY).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_consumer_that_dies_at_any_step_loses_and_doubles_nothing() {
            crash_at_each(bus::Step::OF_CONSUMER).await;
        }
    };
}

mod in_process {
    use futures_util::StreamExt;

    crashes!(Some(crate::Stored::new().await));
}

mod over_a_broker {
    use futures_util::StreamExt;

    crashes!(crate::amqp::Broker::new());
}
