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
    /// Reading connections per database.
    pub readers: u32,
    /// Longest wait for a connection, in milliseconds, before a request is answered 503.
    pub acquire_timeout_ms: u64,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            synchronous: Synchronous::default(),
            readers: 2,
            acquire_timeout_ms: 5_000,
        }
    }
}

impl StoreConfig {
    pub(crate) fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms)
    }
}
