//! The bus as its users meet it: the conformance suite in process and over a broker, the relay, the documents.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod amqp;
mod asyncapi;
mod backlog;
mod crash;
mod disorder;
mod envelope;
mod fairness;
mod inproc;
mod lanes;
mod outage;
mod outcome;
mod relay;
mod relays;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bus::conformance::{Backend, Link};
use bus::{BusConfig, InProc, Subscription};
use store::{Database, StoreConfig};
use tempfile::TempDir;
use testkit::Storage;

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

/// The in-process bus over databases of the engine that `LINLI_TEST_STORE` names.
pub(crate) struct Stored(Storage);

impl Stored {
    pub(crate) async fn new() -> Self {
        Self(Storage::new().await)
    }
}

#[async_trait]
impl Backend for Stored {
    async fn open(&self, subscriptions: &[Subscription], config: &BusConfig) -> Link {
        let bus = InProc::new(subscriptions, config.queue);
        Link {
            publisher: Arc::<InProc>::clone(&bus),
            subscriber: bus,
        }
    }

    async fn database(&self, name: &str) -> Database {
        self.0.open(name).await
    }
}

mod conformance {
    bus::conformance_tests!(Some(crate::Stored::new().await));
}
