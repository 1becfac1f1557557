//! Figures, not claims: `cargo test -p bus --test it measure -- --ignored --nocapture`.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bus::conformance::{Happened, Probe, World};
use bus::{BusConfig, Consumer, Envelope, Handler, HandlerError, Publisher, Subscription};
use contracts::Event;
use kernel::{Clock, SystemClock};
use std::sync::Arc;
use store::Tx;
use tokio_util::sync::CancellationToken;

use super::Broker;

fn rate(count: usize, began: Instant) -> u64 {
    let micros = began.elapsed().as_micros().max(1);
    u64::try_from(u128::try_from(count).unwrap() * 1_000_000 / micros).unwrap()
}

/// Notes how long ago each event happened when its effect has been committed.
#[derive(Default)]
struct Stopwatch(Mutex<Vec<Duration>>);

#[async_trait]
impl Handler for Stopwatch {
    fn types(&self) -> &'static [&'static str] {
        &[Happened::TYPE]
    }

    async fn handle(&self, _: &Tx, _: &Envelope) -> Result<(), HandlerError> {
        Ok(())
    }

    fn committed(&self, events: &[Envelope]) {
        let now = SystemClock.now();
        let ages = events.iter().map(|event| now.duration_since(event.time));
        self.0.lock().unwrap().extend(ages);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures"]
async fn throughput() {
    let Some(broker) = Broker::new() else {
        return;
    };
    let config = BusConfig::default();
    let mut world = World::build(&broker, config, vec![("reader", Probe::default())]).await;
    let bus = broker.bus();
    for (runs, run) in [(20_000, 1), (2_500, 8), (20_000, 1)] {
        let all: Vec<Vec<Envelope>> = (0..runs)
            .map(|number| {
                let subject = format!("s{number}");
                (1..=run)
                    .map(|version| world.event(&subject, version))
                    .collect()
            })
            .collect();
        let total: usize = all.iter().map(Vec::len).sum();
        let began = Instant::now();
        let publishing = all.into_iter().map(|run| bus.publish(run));
        for answers in futures_util::future::join_all(publishing).await {
            assert!(answers.iter().all(Result::is_ok));
        }
        println!(
            "published with confirms, runs of {run}: {} events/s",
            rate(total, began)
        );
    }
    let began = Instant::now();
    world.start_consumers();
    world.listener().probe.committed(60_000).await;
    println!(
        "consumed with effect (SQLite): {} events/s",
        rate(60_000, began)
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures"]
async fn latency() {
    let Some(broker) = Broker::new() else {
        return;
    };
    let mut world = World::build(&broker, BusConfig::default(), Vec::new()).await;
    let db = bus::conformance::Backend::database(&broker, "reader").await;
    store::migrate(&db, Vec::new).await.unwrap();
    let watch = Arc::new(Stopwatch::default());
    let consumer = Consumer {
        name: "reader",
        db,
        handlers: vec![Arc::<Stopwatch>::clone(&watch)],
    };
    let bus = broker.start(&[Subscription {
        consumer: "reader",
        types: vec![Happened::TYPE],
    }]);
    super::broker::connected(&bus).await;
    let stop = CancellationToken::new();
    let consuming = tokio::spawn(consumer.run(
        Arc::<bus::Amqp>::clone(&bus),
        Arc::new(SystemClock),
        BusConfig::default(),
        stop.clone(),
    ));
    let relay = bus::Relay::new(
        "emitter",
        world.emitter().clone(),
        Arc::<bus::Amqp>::clone(&bus),
        Arc::new(SystemClock),
        BusConfig::default(),
    );
    let relaying = tokio::spawn(relay.run(stop.clone()));
    for per_second in [50_u32, 200, 400] {
        watch.0.lock().unwrap().clear();
        let count = per_second * 10;
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
        for number in 0..count {
            ticks.tick().await;
            world
                .emit(&[world.event(&format!("{per_second}-{number}"), 1)])
                .await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut ages = watch.0.lock().unwrap().clone();
        ages.sort();
        assert_eq!(ages.len(), usize::try_from(count).unwrap());
        let at = |percent: usize| ages[(ages.len() - 1) * percent / 100];
        println!(
            "emit to effect at {per_second}/s: p50 {:?}, p99 {:?}, max {:?}",
            at(50),
            at(99),
            at(100)
        );
    }
    stop.cancel();
    consuming.await.unwrap();
    relaying.await.unwrap();
    world.stop_relays().await;
}
