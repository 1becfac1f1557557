//! The bus as its users meet it: the conformance suite in process and over a broker, the relay, the documents.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod amqp;
mod asyncapi;
mod envelope;
mod fairness;
mod inproc;
mod lanes;
mod outage;
mod relay;
mod relays;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bus::conformance::{Backend, Link};
use bus::{BusConfig, InProc, Subscription};
use store::{Database, StoreConfig};
use tempfile::TempDir;

/// The in-process bus over SQLite files that go with the test.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

#[async_trait]
impl Backend for Files {
    async fn open(&self, subscriptions: &[Subscription], config: &BusConfig) -> Link {
        let bus = InProc::new(subscriptions, config.queue);
        Link {
            publisher: Arc::<InProc>::clone(&bus),
            subscriber: bus,
        }
    }

    async fn database(&self, name: &str) -> Database {
        let path = self.path().join(format!("{name}.db"));
        Database::open_file(&path, &StoreConfig::default())
            .await
            .unwrap()
    }
}

mod conformance {
    bus::conformance_tests!(Some(crate::Files::new()));
}
