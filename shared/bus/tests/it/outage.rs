use std::sync::Arc;

use async_trait::async_trait;
use bus::conformance::{Backend, Happened, World};
use bus::{Consumer, Envelope, Handler, HandlerError, InProc, PublishError, Publisher};
use contracts::Event;
use kernel::{Clock, SystemClock, Timestamp};
use store::{Database, StoreConfig, Tx};
use testkit::Storage;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::Files;

struct Nothing;

#[async_trait]
impl Handler for Nothing {
    fn types(&self) -> &'static [&'static str] {
        &[Happened::TYPE]
    }

    async fn handle(&self, _: &Tx, _: &Envelope) -> Result<(), HandlerError> {
        Ok(())
    }
}

/// Counts how often it was asked: once for each transaction that the consumer begins.
struct Counting(watch::Sender<u32>);

impl Clock for Counting {
    fn now(&self) -> Timestamp {
        self.0.send_modify(|asked| *asked += 1);
        SystemClock.now()
    }
}

/// Never comes to an end with the events of one aggregate.
struct Stuck;

#[async_trait]
impl Handler for Stuck {
    fn types(&self) -> &'static [&'static str] {
        &[Happened::TYPE]
    }

    async fn handle(&self, _: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        if event.subject.ends_with("stuck") {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
    asked: watch::Receiver<u32>,
}

fn run(bus: &Arc<InProc>, consumer: Consumer) -> Running {
    let clock = Counting(watch::Sender::new(0));
    let asked = clock.0.subscribe();
    let stop = CancellationToken::new();
    let running = consumer.run(
        Arc::<InProc>::clone(bus),
        Arc::new(clock),
        World::quick(),
        stop.clone(),
    );
    let task = tokio::spawn(running);
    Running { stop, task, asked }
}

fn consumer(db: &Database) -> Consumer {
    Consumer {
        name: "reader",
        db: db.clone(),
        handlers: vec![Arc::new(Nothing)],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_outlive_a_database_that_does_not_answer() {
    let files = Files::new();
    let db = files.database("reader").await;
    store::migrate(&db, Vec::new).await.unwrap();
    db.close().await.unwrap();
    let world = World::build(&files, World::quick(), Vec::new()).await;
    let events = vec![world.event("a", 1), world.event("a", 2)];

    let bus = InProc::new(&[consumer(&db).subscription()], 8);
    let mut cut_off = run(&bus, consumer(&db));
    let publishing = {
        let (bus, events) = (Arc::clone(&bus), events.clone());
        tokio::spawn(async move { bus.publish(events).await })
    };
    // Far more runs than an event has at its own expense.
    cut_off.asked.wait_for(|asked| *asked > 20).await.unwrap();
    assert!(!publishing.is_finished());
    cut_off.stop.cancel();
    cut_off.task.await.unwrap();
    let interrupted = Err(PublishError::Interrupted);
    assert_eq!(
        publishing.await.unwrap(),
        [interrupted.clone(), interrupted]
    );

    let db = files.database("reader").await;
    let connected = run(&bus, consumer(&db));
    assert_eq!(bus.publish(events).await, [Ok(()), Ok(())]);
    assert_eq!(store::dead_letter::count(&db).await.unwrap(), 0);
    connected.stop.cancel();
    connected.task.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_takes_too_long_holds_up_its_own_aggregate_only() {
    // a file's work has no limit: nobody else is waited for
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let config = StoreConfig {
        silence_timeout_ms: 300,
        ..StoreConfig::default()
    };
    let migrated = storage.migrated("reader", Vec::new).await;
    let db = Database::open(&storage.location("reader"), &config)
        .await
        .unwrap();
    let files = Files::new();
    let world = World::build(&files, World::quick(), Vec::new()).await;
    let stuck = Consumer {
        handlers: vec![Arc::new(Stuck)],
        ..consumer(&db)
    };
    let bus = InProc::new(&[stuck.subscription()], 8);
    let mut reader = run(&bus, stuck);
    let (first, second) = (world.event("stuck", 1), world.event("stuck", 2));
    let waiting = {
        let bus = Arc::clone(&bus);
        tokio::spawn(async move { bus.publish(vec![first, second]).await })
    };
    reader.asked.wait_for(|asked| *asked > 2).await.unwrap();
    for number in 0..3 {
        let other = vec![world.event("other", number)];
        assert_eq!(bus.publish(other).await, [Ok(())]);
    }
    assert!(!waiting.is_finished());
    assert_eq!(store::dead_letter::count(&db).await.unwrap(), 0);
    reader.stop.cancel();
    reader.task.await.unwrap();
    let interrupted = Err(PublishError::Interrupted);
    assert_eq!(waiting.await.unwrap(), [interrupted.clone(), interrupted]);
    for database in [db, migrated] {
        database.close().await.unwrap();
    }
}
