//! Several relays of one outbox.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bus::conformance::{Backend, World};
use bus::{BusConfig, Envelope, PublishError, Publisher, Relay};
use kernel::{EventId, SystemClock};
use store::Database;
use testkit::eventually;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A bus that takes everything and notes what it took.
#[derive(Default)]
struct Notebook(Mutex<Vec<EventId>>);

impl Notebook {
    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    async fn reaches(&self, count: usize) {
        eventually("they are taken", async || {
            (self.len() >= count).then_some(())
        })
        .await;
    }
}

#[async_trait]
impl Publisher for Notebook {
    async fn publish(&self, run: Vec<Envelope>) -> Vec<Result<(), PublishError>> {
        tokio::task::yield_now().await;
        self.0
            .lock()
            .unwrap()
            .extend(run.iter().map(|event| event.id));
        vec![Ok(()); run.len()]
    }
}

struct Replica {
    stop: CancellationToken,
    task: JoinHandle<()>,
    taken: Arc<Notebook>,
}

impl Replica {
    fn start(db: Database, config: &BusConfig) -> Self {
        let taken = Arc::<Notebook>::default();
        let publisher: Arc<dyn Publisher> = taken.clone();
        let relay = Relay::new(
            "emitter",
            db,
            publisher,
            Arc::new(SystemClock),
            config.clone(),
        );
        let stop = CancellationToken::new();
        let task = tokio::spawn(relay.run(stop.clone()));
        Self { stop, task, taken }
    }
}

/// The emitter's database once more, as another process would have it.
async fn again(backend: &dyn Backend) -> Database {
    backend.database("emitter").await
}

async fn storm(world: &World, rounds: i64) -> usize {
    for version in 1..=rounds {
        let batch: Vec<Envelope> = (0..20)
            .map(|number| world.event(&format!("s{number}"), version))
            .collect();
        world.emit(&batch).await;
    }
    usize::try_from(rounds * 20).unwrap()
}

async fn two_relays_publish_every_event_once(backend: &dyn Backend) {
    let config = World::quick();
    let world = World::build(backend, config.clone(), Vec::new()).await;
    let one = Replica::start(world.emitter().clone(), &config);
    let two = Replica::start(again(backend).await, &config);
    let total = storm(&world, 40).await;
    eventually("all are taken and none waits", async || {
        let taken = one.taken.len() + two.taken.len();
        (taken >= total && world.waiting().await == 0).then_some(())
    })
    .await;
    let mut times: HashMap<EventId, u32> = HashMap::new();
    for replica in [&one, &two] {
        for event in replica.taken.0.lock().unwrap().iter() {
            *times.entry(*event).or_default() += 1;
        }
    }
    assert_eq!(times.len(), total);
    assert!(times.values().all(|times| *times == 1));
    for replica in [one, two] {
        replica.stop.cancel();
        replica.task.await.unwrap();
    }
}

async fn the_other_relay_goes_on_when_the_holder_is_killed(backend: &dyn Backend) {
    let config = BusConfig {
        relay_lease_ms: 1_000,
        ..World::quick()
    };
    let world = World::build(backend, config.clone(), Vec::new()).await;
    let holder = Replica::start(world.emitter().clone(), &config);
    let first = storm(&world, 1).await;
    holder.taken.reaches(first).await;
    let other = Replica::start(again(backend).await, &config);
    holder.task.abort();
    holder.task.await.unwrap_err();
    let killed = Instant::now();
    let second = storm(&world, 2).await;
    other.taken.reaches(second).await;
    // within the lease, and long before a test would be given up on
    assert!(killed.elapsed() < Duration::from_secs(10));
    other.stop.cancel();
    other.task.await.unwrap();
    assert_eq!(world.waiting().await, 0);
}

async fn the_other_relay_goes_on_at_once_when_the_holder_stops(backend: &dyn Backend) {
    let config = BusConfig {
        relay_lease_ms: 600_000,
        ..World::quick()
    };
    let world = World::build(backend, config.clone(), Vec::new()).await;
    let holder = Replica::start(world.emitter().clone(), &config);
    let first = storm(&world, 1).await;
    holder.taken.reaches(first).await;
    let other = Replica::start(again(backend).await, &config);
    holder.stop.cancel();
    holder.task.await.unwrap();
    let second = storm(&world, 2).await;
    other.taken.reaches(second).await;
    assert_eq!(other.taken.len(), second);
    other.stop.cancel();
    other.task.await.unwrap();
}

/// Makes one test of each case over databases of one kind.
macro_rules! cases {
    ($backend:expr; $($case:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(&$backend).await;
            }
        )+
    };
}

/// On the engine that `LINLI_TEST_STORE` names.
mod stored {
    cases! { crate::Stored::new().await;
        two_relays_publish_every_event_once
        the_other_relay_goes_on_when_the_holder_is_killed
        the_other_relay_goes_on_at_once_when_the_holder_stops
    }
}
