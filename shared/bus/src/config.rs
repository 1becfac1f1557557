use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::backoff::Backoff;

/// Settings of the `bus` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BusConfig {
    /// `amqp://…` of the broker; without it events stay within this process.
    pub url: Option<String>,
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
}

impl Default for BusConfig {
    fn default() -> Self {
        Self {
            url: None,
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
        }
    }
}

impl BusConfig {
    pub(crate) fn backoff(&self) -> Backoff {
        Backoff::new(
            Duration::from_millis(self.backoff_ms),
            Duration::from_millis(self.backoff_max_ms),
        )
    }

    pub(crate) fn relay_poll(&self) -> Duration {
        Duration::from_millis(self.relay_poll_ms)
    }
}
