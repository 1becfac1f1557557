//! Events of districts take turns, whoever came first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bus::conformance::{Backend, Link, Probe, World};
use bus::{
    Acker, BusConfig, Deliveries, Delivery, Envelope, InProc, SubscribeError, Subscriber,
    Subscription,
};
use store::Database;

use crate::Files;

const STORM: i64 = 1_000;

/// A bus whose queue holds a thousand events of one district, and behind them one of another.
struct Stormy {
    files: Files,
    events: Arc<Mutex<VecDeque<Envelope>>>,
}

#[async_trait]
impl Backend for Stormy {
    async fn open(&self, _: &[Subscription], config: &BusConfig) -> Link {
        Link {
            publisher: InProc::new(&[], config.queue),
            subscriber: Arc::new(Queue(Arc::clone(&self.events))),
        }
    }

    async fn database(&self, name: &str) -> Database {
        self.files.database(name).await
    }
}

struct Queue(Arc<Mutex<VecDeque<Envelope>>>);

#[async_trait]
impl Subscriber for Queue {
    async fn subscribe(&self, _: &Subscription) -> Result<Box<dyn Deliveries>, SubscribeError> {
        Ok(Box::new(Self(Arc::clone(&self.0))))
    }
}

#[async_trait]
impl Deliveries for Queue {
    async fn next(&mut self, limit: usize) -> Option<Vec<Delivery>> {
        let taken: Vec<Delivery> = {
            let mut events = self.0.lock().unwrap();
            let most = limit.min(events.len());
            let taken = events.drain(..most).map(|envelope| Delivery {
                envelope,
                acker: Box::new(Nobody),
            });
            taken.collect()
        };
        if taken.is_empty() {
            std::future::pending::<()>().await;
        }
        Some(taken)
    }
}

struct Nobody;

#[async_trait]
impl Acker for Nobody {
    async fn ack(self: Box<Self>) {}
}

#[tokio::test]
async fn a_district_with_a_thousand_events_delays_another_by_no_more_than_a_batch() {
    let backend = Stormy {
        files: Files::new(),
        events: Arc::default(),
    };
    let config = BusConfig {
        batch: 32,
        ..World::quick()
    };
    let mut world = World::build(&backend, config, vec![("reader", Probe::default())]).await;
    let mut events: VecDeque<Envelope> = (1..=STORM)
        .map(|version| world.event(&format!("s{}", version % 100), version))
        .collect();
    let mut quiet = world.event("quiet", 1);
    quiet.district = "420106".to_owned();
    events.push_back(quiet);
    *backend.events.lock().unwrap() = events;
    world.start_consumers();
    world.listener().probe.committed(1_001).await;
    let effects = world.listener().effects().await;
    let place = effects.iter().position(|effect| effect.subject == "quiet");
    assert!(place.unwrap() < 32, "{place:?}");
    let storm = effects.iter().filter(|effect| effect.subject != "quiet");
    let storm: Vec<i64> = storm.map(|effect| effect.version).collect();
    assert_eq!(storm, (1..=STORM).collect::<Vec<_>>());
    world.stop().await;
}
