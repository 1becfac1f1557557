use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::backoff::Backoff;

/// Address of a broker, `amqp://user:password@host:5672/%2f` or `amqps://…`; its password is not
/// shown in logs.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BrokerUrl(String);

impl BrokerUrl {
    /// Says whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the whole address, password included.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for BrokerUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Display for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // the last one: a password may have been written with an `@`
        match (self.0.split_once("://"), self.0.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => write!(f, "{scheme}://…@{host}"),
            _ => f.write_str(&self.0),
        }
    }
}

impl fmt::Debug for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Settings of the `bus.amqp` section: a broker instead of the in-process bus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AmqpConfig {
    /// The broker; the configuration says it as `bus.url`.
    #[serde(skip)]
    pub url: BrokerUrl,
    /// PEM file of certificates to trust for `amqps://`, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// First part of the names on the broker: exchanges `linli.events` and `linli.dead`, queues
    /// `linli.<consumer>` and `linli.<consumer>.dead`.
    pub prefix: String,
    /// Consumers that this installation does not run: nothing is kept for them.
    pub without: Vec<String>,
    /// Most events that a consumer has taken and not settled.
    pub prefetch: u16,
    /// The same for single consumers, by name.
    pub prefetch_of: BTreeMap<String, u16>,
    /// Deliveries of one event after which the broker calls it dead. Failures of handlers are
    /// counted elsewhere (`bus.attempts`): this many processes died or lost their broker over it.
    pub delivery_limit: u32,
    /// Longest time to connect and declare, in milliseconds.
    pub connect_timeout_ms: u64,
    /// Longest wait for the broker's confirmation of an event, in milliseconds.
    pub confirm_timeout_ms: u64,
    /// Silence after which a connection is dead, in seconds; half of it between two heartbeats.
    pub heartbeat_s: u16,
    /// Pause after the first failure to connect, in milliseconds; it doubles with each further one.
    pub backoff_ms: u64,
    /// Longest pause between two attempts to connect, in milliseconds.
    pub backoff_max_ms: u64,
}

impl Default for AmqpConfig {
    fn default() -> Self {
        Self {
            url: BrokerUrl::default(),
            ca_file: None,
            prefix: "linli".to_owned(),
            without: Vec::new(),
            prefetch: 2_048,
            prefetch_of: BTreeMap::new(),
            delivery_limit: 100,
            connect_timeout_ms: 5_000,
            confirm_timeout_ms: 10_000,
            heartbeat_s: 10,
            backoff_ms: 100,
            backoff_max_ms: 3_000,
        }
    }
}

impl AmqpConfig {
    pub(crate) fn prefetch_of(&self, consumer: &str) -> u16 {
        // 0 would mean "no bound" to the broker
        self.prefetch_of
            .get(consumer)
            .copied()
            .unwrap_or(self.prefetch)
            .max(1)
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms.max(1))
    }

    pub(crate) fn confirm_timeout(&self) -> Duration {
        Duration::from_millis(self.confirm_timeout_ms.max(1))
    }

    pub(crate) fn backoff(&self) -> Backoff {
        Backoff::new(
            Duration::from_millis(self.backoff_ms),
            Duration::from_millis(self.backoff_max_ms),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::BrokerUrl;

    #[test]
    fn a_password_is_not_shown() {
        let url = BrokerUrl::from("amqps://linli:s3@cret@broker:5671/%2f".to_owned());
        assert_eq!(format!("{url:?}"), "amqps://…@broker:5671/%2f");
        let open = BrokerUrl::from("amqp://broker".to_owned());
        assert_eq!(open.to_string(), "amqp://broker");
    }
}
