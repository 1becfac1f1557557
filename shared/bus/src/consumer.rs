use std::error::Error;
use std::sync::Arc;

use kernel::Clock;
use store::Database;
use tokio_util::sync::CancellationToken;

use crate::steps::Steps;
use crate::worker::{Ended, Worker};
use crate::{BusConfig, Deliveries, Handler, Subscriber, Subscription};

/// What a service does about events: one queue, handled in the service's own database.
pub struct Consumer {
    /// The service.
    pub name: &'static str,
    /// Its database.
    pub db: Database,
    /// Its handlers; several may want the same type and run in this order.
    pub handlers: Vec<Arc<dyn Handler>>,
}

impl Consumer {
    /// Returns what the consumer wants to get.
    #[must_use]
    pub fn subscription(&self) -> Subscription {
        let mut types: Vec<&'static str> = self
            .handlers
            .iter()
            .flat_map(|handler| handler.types().iter().copied())
            .collect();
        types.sort_unstable();
        types.dedup();
        Subscription {
            consumer: self.name,
            types,
        }
    }

    /// Handles events until `stop`, finishing the batch in hand. A queue that closes is opened again.
    pub async fn run(
        self,
        subscriber: Arc<dyn Subscriber>,
        clock: Arc<dyn Clock>,
        config: BusConfig,
        stop: CancellationToken,
    ) {
        let subscription = self.subscription();
        let worker = Worker::new(self, clock, config, stop, Steps::default());
        serve(worker, &*subscriber, &subscription).await;
    }

    /// Does the same and tells an observer of every step.
    #[cfg(feature = "conformance")]
    pub async fn run_observed(
        self,
        subscriber: Arc<dyn Subscriber>,
        clock: Arc<dyn Clock>,
        config: BusConfig,
        stop: CancellationToken,
        observer: Arc<dyn crate::Observer>,
    ) {
        let subscription = self.subscription();
        let worker = Worker::new(self, clock, config, stop, Steps::told_to(observer));
        serve(worker, &*subscriber, &subscription).await;
    }
}

/// Lets the worker work on the consumer's queue until it is stopped.
async fn serve(mut worker: Worker, subscriber: &dyn Subscriber, subscription: &Subscription) {
    let (stop, backoff) = (worker.stop.clone(), worker.backoff);
    let mut failures = 0;
    loop {
        let opened = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            opened = open(subscriber, subscription) => opened,
        };
        if let Some(deliveries) = opened {
            failures = 0;
            match worker.serve(deliveries).await {
                Ended::Stopped => return,
                Ended::Closed => tracing::warn!(
                    consumer = subscription.consumer,
                    "queue closed, opening it again"
                ),
            }
        }
        failures += 1;
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(backoff.pause(failures)) => {}
        }
    }
}

async fn open(
    subscriber: &dyn Subscriber,
    subscription: &Subscription,
) -> Option<Box<dyn Deliveries>> {
    match subscriber.subscribe(subscription).await {
        Ok(deliveries) => Some(deliveries),
        Err(error) => {
            tracing::warn!(
                consumer = subscription.consumer,
                error = chain(&error),
                "queue cannot be opened, trying again"
            );
            None
        }
    }
}

/// Writes an error with everything below it.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let below = source.to_string();
        if !text.ends_with(&below) {
            text.push_str(": ");
            text.push_str(&below);
        }
        next = source.source();
    }
    text
}
