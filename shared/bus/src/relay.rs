use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kernel::Clock;
use store::Database;
use tokio_util::sync::CancellationToken;

use crate::relay_loop::RelayLoop;
use crate::steps::{Step, Steps};
use crate::tenure::Tenure;
use crate::{BusConfig, Publisher};

/// How a relay is doing, readable at any time.
#[derive(Debug, Default)]
pub struct RelayStatus {
    pub(crate) pending: AtomicU64,
    pub(crate) oldest_ms: AtomicU64,
    pub(crate) in_memory: AtomicU64,
    pub(crate) published: AtomicU64,
    pub(crate) failures: AtomicU64,
}

impl RelayStatus {
    /// Returns how many events waited in the outbox at the last look.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.pending.load(Ordering::Relaxed)
    }

    /// Returns how long the oldest of them had waited.
    #[must_use]
    pub fn oldest_age(&self) -> Duration {
        Duration::from_millis(self.oldest_ms.load(Ordering::Relaxed))
    }

    /// Returns how many rows the relay holds in memory.
    #[must_use]
    pub fn in_memory(&self) -> u64 {
        self.in_memory.load(Ordering::Relaxed)
    }

    /// Returns how many events were taken over since the start.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }

    /// Returns how many publications have failed since the last that succeeded; 0 when all is well.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

/// Carries events from one service's outbox to the bus.
///
/// Of several relays of the same outbox one works; the others take over when it stops, or within
/// `bus.relay_lease_ms` when it is killed. Should two work for a moment, they publish some events
/// twice, in order.
pub struct Relay {
    pub(crate) service: &'static str,
    pub(crate) db: Database,
    pub(crate) publisher: Arc<dyn Publisher>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) config: BusConfig,
    pub(crate) status: Arc<RelayStatus>,
    pub(crate) steps: Steps,
}

impl Relay {
    /// Prepares the relay of a service.
    #[must_use]
    pub fn new(
        service: &'static str,
        db: Database,
        publisher: Arc<dyn Publisher>,
        clock: Arc<dyn Clock>,
        config: BusConfig,
    ) -> Self {
        Self {
            service,
            db,
            publisher,
            clock,
            config,
            status: Arc::default(),
            steps: Steps::default(),
        }
    }

    /// Returns where the relay tells how it is doing.
    #[must_use]
    pub fn status(&self) -> Arc<RelayStatus> {
        Arc::clone(&self.status)
    }

    /// Tells an observer of every step.
    #[cfg(feature = "conformance")]
    #[must_use]
    pub fn observed_by(self, observer: Arc<dyn crate::Observer>) -> Self {
        Self {
            steps: Steps::told_to(observer),
            ..self
        }
    }

    /// Publishes until `stop`; then waits a moment for the answers still due and removes what was
    /// taken over. What is not answered by then is published again after the next start.
    pub async fn run(self, stop: CancellationToken) {
        let lease = self.config.relay_lease();
        let tenure = Tenure::new(self.service, self.db.clone(), lease, self.steps.clone());
        while tenure.take(&stop).await {
            self.steps.reached(Step::LeaseTaken).await;
            let term = stop.child_token();
            let working = async {
                // What another relay did in the meantime is not in this one's memory: a new loop.
                RelayLoop::new(&self).run(term.clone()).await;
                term.cancel();
            };
            tokio::join!(working, tenure.hold(&term));
            tenure.end().await;
        }
    }
}
