//! Wires the services' outboxes, the bus and the consumers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bus::{BusConfig, Consumer, InProc, Publisher, Relay, Subscriber};
use kernel::Clock;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The bus of this process: one relay and one consumer for each service.
#[derive(Clone, Default)]
pub(crate) struct Messaging {
    running: Arc<AtomicBool>,
    relays: Group,
    consumers: Group,
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
    pub(crate) fn start(
        &self,
        consumers: Vec<Consumer>,
        clock: &Arc<dyn Clock>,
        config: &BusConfig,
    ) {
        let subscriptions: Vec<_> = consumers.iter().map(Consumer::subscription).collect();
        let bus = InProc::new(&subscriptions, config.queue);
        for consumer in consumers {
            let publisher: Arc<dyn Publisher> = bus.clone();
            let relay = Relay::new(
                consumer.name,
                consumer.db.clone(),
                publisher,
                Arc::clone(clock),
                config.clone(),
            );
            self.relays.tasks.spawn(relay.run(self.relays.stop.clone()));
            let subscriber: Arc<dyn Subscriber> = bus.clone();
            self.consumers.tasks.spawn(consumer.run(
                subscriber,
                Arc::clone(clock),
                config.clone(),
                self.consumers.stop.clone(),
            ));
        }
        self.running.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed)
    }

    /// Stops reading outboxes first, then lets the consumers finish what they took.
    pub(crate) async fn stop(&self) {
        self.running.store(false, Ordering::Relaxed);
        self.relays.finish().await;
        self.consumers.finish().await;
    }
}
