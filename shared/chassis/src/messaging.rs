//! Wires the services' outboxes, the bus and the consumers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bus::amqp::Amqp;
use bus::{BusConfig, Consumer, InProc, Publisher, Relay, Subscriber, Subscription};
use kernel::Clock;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The bus of this process: one relay and one consumer for each service.
#[derive(Clone)]
pub(crate) struct Messaging {
    running: Arc<AtomicBool>,
    bus: Bus,
    relays: Group,
    consumers: Group,
}

/// How the bus is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BusState {
    /// Events stay within this process.
    InProcess,
    /// The broker is connected.
    Up,
    /// The broker is out of reach: events wait in the outbox.
    Down,
}

/// The backend that the configuration chose.
#[derive(Clone)]
enum Bus {
    InProc(Arc<InProc>),
    Amqp(Arc<Amqp>),
}

impl Bus {
    /// Within this process, or over the broker that `bus.url` names. The choice is made here only.
    fn choose(config: &BusConfig, subscriptions: &[Subscription]) -> Self {
        match config.broker() {
            None => Self::InProc(InProc::new(subscriptions, config.queue)),
            Some(broker) => Self::Amqp(Amqp::start(&broker, subscriptions)),
        }
    }

    fn publisher(&self) -> Arc<dyn Publisher> {
        match self {
            Self::InProc(bus) => bus.clone(),
            Self::Amqp(bus) => bus.clone(),
        }
    }

    fn subscriber(&self) -> Arc<dyn Subscriber> {
        match self {
            Self::InProc(bus) => bus.clone(),
            Self::Amqp(bus) => bus.clone(),
        }
    }

    fn state(&self) -> BusState {
        match self {
            Self::InProc(_) => BusState::InProcess,
            Self::Amqp(bus) if bus.is_connected() => BusState::Up,
            Self::Amqp(_) => BusState::Down,
        }
    }

    async fn close(&self) {
        match self {
            Self::InProc(_) => {}
            Self::Amqp(bus) => bus.close().await,
        }
    }
}

/// Tasks that stop together.
#[derive(Clone, Default)]
struct Group {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Group {
    async fn finish(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Messaging {
    /// Starts relays and consumers. A broker is connected in the background: until then events wait
    /// in the outbox.
    pub(crate) fn start(
        consumers: Vec<Consumer>,
        clock: &Arc<dyn Clock>,
        config: &BusConfig,
    ) -> Self {
        let subscriptions: Vec<_> = consumers.iter().map(Consumer::subscription).collect();
        let messaging = Self {
            running: Arc::new(AtomicBool::new(true)),
            bus: Bus::choose(config, &subscriptions),
            relays: Group::default(),
            consumers: Group::default(),
        };
        for consumer in consumers {
            let relay = Relay::new(
                consumer.name,
                consumer.db.clone(),
                messaging.bus.publisher(),
                Arc::clone(clock),
                config.clone(),
            );
            let relays = &messaging.relays;
            relays.tasks.spawn(relay.run(relays.stop.clone()));
            let running = consumer.run(
                messaging.bus.subscriber(),
                Arc::clone(clock),
                config.clone(),
                messaging.consumers.stop.clone(),
            );
            messaging.consumers.tasks.spawn(running);
        }
        messaging
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed)
    }

    pub(crate) fn bus(&self) -> BusState {
        self.bus.state()
    }

    /// Stops reading outboxes first, then lets the consumers finish what they took.
    pub(crate) async fn stop(&self) {
        self.running.store(false, Ordering::Relaxed);
        self.relays.finish().await;
        self.consumers.finish().await;
        self.bus.close().await;
    }
}
