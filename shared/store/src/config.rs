use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When SQLite waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// Survives a killed process; a power cut may lose the last moments.
    #[default]
    Normal,
    /// Survives a power cut: each commit waits for the disk.
    Full,
}

/// Settings of the `store` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// Durability of a commit on SQLite.
    pub synchronous: Synchronous,
    /// Reading connections per SQLite file.
    pub readers: u32,
    /// Writing connections of a service to a PostgreSQL server.
    pub server_writers: u32,
    /// Reading connections of a service to a PostgreSQL server.
    pub server_readers: u32,
    /// Longest wait for a connection, in milliseconds, before a request is answered 503.
    pub acquire_timeout_ms: u64,
    /// Longest run of one statement on PostgreSQL, in milliseconds; 0 sets no limit.
    pub statement_timeout_ms: u64,
    /// Longest wait for another transaction's lock on PostgreSQL, in milliseconds; 0 sets no limit.
    pub lock_timeout_ms: u64,
    /// Longest pause inside a transaction on PostgreSQL, in milliseconds; 0 sets no limit.
    pub idle_in_transaction_timeout_ms: u64,
    /// Longest time that a piece of work on a PostgreSQL server may take as a whole, in milliseconds,
    /// before the server counts as gone; the limits above end what the server knows of.
    pub silence_timeout_ms: u64,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            synchronous: Synchronous::default(),
            readers: 2,
            server_writers: 6,
            server_readers: 4,
            acquire_timeout_ms: 5_000,
            statement_timeout_ms: 10_000,
            lock_timeout_ms: 5_000,
            idle_in_transaction_timeout_ms: 15_000,
            silence_timeout_ms: 30_000,
        }
    }
}

impl StoreConfig {
    /// The same for commands that go through everything there is: a statement and a piece of work on a PostgreSQL
    /// server take the time that they need. Locks are waited for as ever.
    #[must_use]
    pub fn unhurried(self) -> Self {
        Self {
            statement_timeout_ms: 0,
            idle_in_transaction_timeout_ms: 0,
            silence_timeout_ms: u64::MAX,
            ..self
        }
    }

    pub(crate) fn silence_timeout(&self) -> Duration {
        Duration::from_millis(self.silence_timeout_ms)
    }

    pub(crate) fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms)
    }
}
