use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::amqp::{AmqpConfig, BrokerUrl};
use crate::backoff::Backoff;

/// Settings of the `bus` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BusConfig {
    /// Broker that carries the events between processes; empty for the in-process bus.
    pub url: BrokerUrl,
    /// What is particular to the broker.
    pub amqp: AmqpConfig,
    /// Most events that a consumer handles in one transaction.
    pub batch: usize,
    /// Most events that wait in front of one consumer.
    pub queue: usize,
    /// Most events that one consumer holds in memory, those that wait for their retry included.
    pub held: usize,
    /// Runs of a handler for one event before the event becomes a dead letter.
    pub attempts: u32,
    /// Pause after the first failure, in milliseconds; it doubles with each further one.
    pub backoff_ms: u64,
    /// Longest pause between two runs, in milliseconds.
    pub backoff_max_ms: u64,
    /// Rows that a relay reads at once.
    pub relay_batch: usize,
    /// Most rows that a relay holds in memory.
    pub relay_window: usize,
    /// Most rows of one aggregate that a relay publishes at once.
    pub relay_run: usize,
    /// Pause between two looks at the outbox when nothing wakes the relay, in milliseconds.
    pub relay_poll_ms: u64,
    /// Time after which another process takes over the outbox of one that was killed, in
    /// milliseconds.
    pub relay_lease_ms: u64,
}

impl Default for BusConfig {
    fn default() -> Self {
        Self {
            url: BrokerUrl::default(),
            amqp: AmqpConfig::default(),
            batch: 128,
            queue: 512,
            held: 2_048,
            attempts: 10,
            backoff_ms: 100,
            backoff_max_ms: 30_000,
            relay_batch: 256,
            relay_window: 2_048,
            relay_run: 32,
            relay_poll_ms: 1_000,
            relay_lease_ms: 5_000,
        }
    }
}

impl BusConfig {
    /// Returns the settings of the broker, none when events stay in the process.
    #[must_use]
    pub fn broker(&self) -> Option<AmqpConfig> {
        (!self.url.is_empty()).then(|| AmqpConfig {
            url: self.url.clone(),
            ..self.amqp.clone()
        })
    }

    pub(crate) fn backoff(&self) -> Backoff {
        Backoff::new(
            Duration::from_millis(self.backoff_ms),
            Duration::from_millis(self.backoff_max_ms),
        )
    }

    /// At least as long as a busy machine may keep a process from renewing it.
    pub(crate) fn relay_lease(&self) -> Duration {
        Duration::from_millis(self.relay_lease_ms.max(100))
    }

    pub(crate) fn relay_poll(&self) -> Duration {
        Duration::from_millis(self.relay_poll_ms)
    }
}
