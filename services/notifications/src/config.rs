//! Settings of the `notifications` section.

use std::path::PathBuf;
use std::time::Duration;

use chassis::StartError;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Settings of the `notifications` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotificationsConfig {
    /// Zone in which times are written in texts.
    pub zone: String,
    /// File with the rules of notices; the built-in ones where it is absent.
    pub rules: Option<PathBuf>,
    /// Most accounts told of one event for their roles.
    pub max_recipients: u64,
    /// Days that a message is kept after it was read.
    pub keep_read_days: u32,
    /// Live streams.
    pub streams: StreamConfig,
}

/// Settings of the `notifications.streams` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StreamConfig {
    /// Most streams of one account.
    pub per_account: usize,
    /// Most streams of this process.
    pub total: usize,
    /// Pause between two looks at the database when nothing wakes a stream, in milliseconds.
    pub poll_ms: u64,
    /// Pause after which a silent stream says that it is alive, in milliseconds.
    pub heartbeat_ms: u64,
    /// Time after which a client that takes nothing is cut off, in milliseconds.
    pub cut_ms: u64,
}

impl Default for NotificationsConfig {
    fn default() -> Self {
        Self {
            zone: "Asia/Shanghai".to_owned(),
            rules: None,
            max_recipients: 2_000,
            keep_read_days: 180,
            streams: StreamConfig::default(),
        }
    }
}

impl Default for StreamConfig {
    fn default() -> Self {
        Self {
            per_account: 5,
            total: 2_000,
            poll_ms: 5_000,
            heartbeat_ms: 15_000,
            cut_ms: 10_000,
        }
    }
}

impl NotificationsConfig {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A value is out of range; the message names its key.
    pub fn validate(&self) -> Result<(), StartError> {
        let positive = [
            ("max_recipients", self.max_recipients > 0),
            ("keep_read_days", self.keep_read_days > 0),
            ("streams.per_account", self.streams.per_account > 0),
            ("streams.total", self.streams.total > 0),
            ("streams.poll_ms", self.streams.poll_ms > 0),
            ("streams.heartbeat_ms", self.streams.heartbeat_ms > 0),
            ("streams.cut_ms", self.streams.cut_ms > 0),
        ];
        match positive.into_iter().find(|(_, holds)| !holds) {
            Some((key, _)) => Err(StartError::Other(format!(
                "notifications.{key}: must be greater than 0"
            ))),
            None => Ok(()),
        }
    }

    /// Finds the zone.
    ///
    /// # Errors
    /// There is no zone of this name.
    pub fn time_zone(&self) -> Result<TimeZone, StartError> {
        // A machine without zone data still knows the default: China has kept UTC+8 since 1991.
        if self.zone == "Asia/Shanghai" {
            return Ok(TimeZone::fixed(jiff::tz::offset(8)));
        }
        TimeZone::get(&self.zone)
            .map_err(|error| StartError::Other(format!("notifications.zone: {error}")))
    }

    /// How long a message is kept after it was read.
    #[must_use]
    pub fn keep_read(&self) -> Duration {
        Duration::from_secs(u64::from(self.keep_read_days) * 24 * 3600)
    }
}
