#![doc = include_str!("../README.md")]
#![warn(clippy::future_not_send)]

pub mod amqp;
pub mod asyncapi;
mod backoff;
mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
mod consumer;
mod effects;
mod envelope;
mod flight;
mod handler;
mod inproc;
pub mod lanes;
mod metrics;
mod ports;
mod relay;
mod relay_loop;
#[cfg(test)]
mod simulation;
mod steps;
mod sweep;
mod tenure;
pub mod trace;
mod window;
mod worker;

pub use amqp::{Amqp, AmqpConfig, BrokerUrl};
pub use config::BusConfig;
pub use consumer::Consumer;
pub use envelope::{Envelope, EnvelopeError, EventMeta, PayloadError};
pub use handler::{Handler, HandlerError};
pub use inproc::InProc;
pub use ports::{
    Acker, Deliveries, Delivery, PublishError, Publisher, SubscribeError, Subscriber, Subscription,
};
pub use relay::{Relay, RelayStatus};
#[cfg(feature = "conformance")]
pub use steps::Observer;
pub use steps::Step;

use store::{StoreError, Tx, Writes};

/// Appends events to the outbox of the transaction, in the order given: they are told to the
/// others if and only if the transaction commits.
///
/// # Errors
/// The database refuses.
pub async fn emit(tx: &Tx, events: Vec<Envelope>) -> Result<(), StoreError> {
    let mut writes = Writes::default();
    emit_with(&mut writes, &events);
    writes.run(tx).await
}

/// Adds the events of a transaction to what it writes, in the order given and all at once: as
/// [`emit`], without a trip of their own.
pub fn emit_with(writes: &mut Writes, events: &[Envelope]) {
    let records = events.iter().map(Envelope::to_record);
    store::outbox::add(writes, records.collect());
}
