//! What a backend must do: the in-process bus and a broker look the same from here.

use async_trait::async_trait;

use crate::Envelope;

/// Why an event was not taken over; it stays in the outbox and is published again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// A consumer stopped before it was done with the event.
    #[error("a consumer stopped before it was done with the event")]
    Interrupted,
    /// The broker is out of reach or refuses.
    #[error("broker: {0}")]
    Broker(String),
}

/// Takes events over from the relay.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Publishes events in order and answers for each of them; `Ok` means that it is taken over
    /// for good (in process: every consumer has committed or dead-lettered it; with a broker: it
    /// is confirmed in every queue).
    ///
    /// Events of one subject keep their order: when one of them fails, none behind it succeeds.
    /// Calls for different subjects may overlap.
    async fn publish(&self, batch: Vec<Envelope>) -> Vec<Result<(), PublishError>>;

    /// Waits until a bus that is away now has come back; for ever when it is not away. Whoever
    /// waits to publish again need not wait longer than that.
    async fn recovered(&self) {
        std::future::pending::<()>().await;
    }
}

/// What a consumer wants to get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Name of the consumer, and of its queue.
    pub consumer: &'static str,
    /// Types of the events, sorted, each once.
    pub types: Vec<&'static str>,
}

/// Why a consumer cannot get events.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// The in-process bus was built without this consumer.
    #[error("consumer {0} was not declared when the bus was built")]
    Undeclared(&'static str),
    /// The broker is out of reach or refuses.
    #[error("broker: {0}")]
    Broker(String),
}

/// Hands events to consumers.
#[async_trait]
pub trait Subscriber: Send + Sync {
    /// Opens the consumer's queue. Everything that an earlier subscription of the same consumer
    /// had taken and not acknowledged is delivered again, in order.
    ///
    /// # Errors
    /// The consumer is unknown, or the broker is out of reach.
    async fn subscribe(
        &self,
        subscription: &Subscription,
    ) -> Result<Box<dyn Deliveries>, SubscribeError>;
}

/// A consumer's open queue. Dropping it gives everything back that was not acknowledged.
#[async_trait]
pub trait Deliveries: Send {
    /// Waits for at least one delivery and takes at most `limit`; `None` when the queue is closed
    /// for good and must be opened again. Dropping the future loses nothing.
    async fn next(&mut self, limit: usize) -> Option<Vec<Delivery>>;
}

/// One event on its way to one consumer. Dropped without an acknowledgement it comes again.
pub struct Delivery {
    /// The event.
    pub envelope: Envelope,
    /// Settles the delivery.
    pub acker: Box<dyn Acker>,
}

/// Tells the backend that a delivery is done.
#[async_trait]
pub trait Acker: Send + Sync {
    /// Acknowledges. A backend that fails to pass it on delivers again, which the inbox makes harmless.
    async fn ack(self: Box<Self>);
}
