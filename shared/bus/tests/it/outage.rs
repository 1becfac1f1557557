use std::sync::Arc;

use async_trait::async_trait;
use bus::conformance::{Backend, Happened, World};
use bus::{Consumer, Envelope, Handler, HandlerError, InProc, PublishError, Publisher};
use contracts::Event;
use kernel::{Clock, SystemClock, Timestamp};
use store::{Database, Tx};
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
