//! A bus that delivers events twice, late and in another order.

use std::sync::Arc;

use async_trait::async_trait;
use bus::conformance::{Backend, Link, Plan, World};
use bus::{
    Acker, BusConfig, Deliveries, Delivery, Envelope, SubscribeError, Subscriber, Subscription,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use store::Database;

use crate::outcome::{drained, exactly_once, exactly_once_in_order};

/// Which neighbours change places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Swaps {
    /// Those of different aggregates: what a bus may do.
    Strangers,
    /// Any: more than a bus may do.
    Any,
}

/// Another backend, less orderly.
struct Disorder<'b> {
    backend: &'b dyn Backend,
    swaps: Swaps,
}

#[async_trait]
impl Backend for Disorder<'_> {
    async fn open(&self, subscriptions: &[Subscription], config: &BusConfig) -> Link {
        let link = self.backend.open(subscriptions, config).await;
        let subscriber = Arc::new(Shuffling {
            subscriber: link.subscriber,
            swaps: self.swaps,
        });
        Link { subscriber, ..link }
    }

    async fn database(&self, name: &str) -> Database {
        self.backend.database(name).await
    }
}

struct Shuffling {
    subscriber: Arc<dyn Subscriber>,
    swaps: Swaps,
}

#[async_trait]
impl Subscriber for Shuffling {
    async fn subscribe(
        &self,
        subscription: &Subscription,
    ) -> Result<Box<dyn Deliveries>, SubscribeError> {
        Ok(Box::new(Shuffled {
            queue: self.subscriber.subscribe(subscription).await?,
            swaps: self.swaps,
            rng: ChaCha8Rng::seed_from_u64(4711),
            late: Vec::new(),
        }))
    }
}

struct Shuffled {
    queue: Box<dyn Deliveries>,
    swaps: Swaps,
    rng: ChaCha8Rng,
    /// Copies that come with a later batch.
    late: Vec<Envelope>,
}

/// Settles a copy, of which the bus knows nothing.
struct Silent;

#[async_trait]
impl Acker for Silent {
    async fn ack(self: Box<Self>) {}
}

fn copy(envelope: Envelope) -> Delivery {
    Delivery {
        envelope,
        acker: Box::new(Silent),
    }
}

#[async_trait]
impl Deliveries for Shuffled {
    async fn next(&mut self, limit: usize) -> Option<Vec<Delivery>> {
        let taken = self.queue.next(limit).await?;
        let mut given: Vec<Delivery> = self.late.drain(..).map(copy).collect();
        for delivery in taken {
            let envelope = delivery.envelope.clone();
            match self.rng.random_range(0..4) {
                0 => given.push(copy(envelope)),
                1 => self.late.push(envelope),
                _ => {}
            }
            given.push(delivery);
        }
        for place in 1..given.len() {
            let strangers = given[place - 1].envelope.subject != given[place].envelope.subject;
            if (strangers || self.swaps == Swaps::Any) && self.rng.random_bool(0.5) {
                given.swap(place - 1, place);
            }
        }
        Some(given)
    }
}

/// Lets 600 events through, some of which find their storage out of reach at first.
async fn through(backend: &dyn Backend, swaps: Swaps) {
    let config = BusConfig {
        batch: 16,
        ..World::quick()
    };
    let world = World::start(&Disorder { backend, swaps }, config).await;
    let events: Vec<Envelope> = (0..600)
        .map(|number| world.event(&format!("s{}", number % 11), number))
        .collect();
    for event in events.iter().step_by(37) {
        world.listener().probe.plan(event.id, Some(Plan::Outage(2)));
    }
    for part in events.chunks(100) {
        world.emit(part).await;
    }
    world.listener().probe.committed(events.len()).await;
    drained(&world).await;
    match swaps {
        Swaps::Strangers => exactly_once_in_order(&world, &events).await,
        Swaps::Any => exactly_once(&world, &events).await,
    }
    world.stop().await;
}

/// Makes both tests of one backend.
macro_rules! disorders {
    ($backend:expr) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn copies_and_overtaking_strangers_change_nothing() {
            if let Some(backend) = $backend {
                super::through(&backend, super::Swaps::Strangers).await;
            }
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn whatever_the_order_an_event_has_its_effect_once() {
            if let Some(backend) = $backend {
                super::through(&backend, super::Swaps::Any).await;
            }
        }
    };
}

mod in_process {
    disorders!(Some(crate::Stored::new().await));
}

mod over_a_broker {
    disorders!(crate::amqp::Broker::new());
}
