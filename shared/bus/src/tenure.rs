//! Who empties an outbox: one relay at a time, across replicas.
//!
//! Two relays of one outbox would be harmless, since each publishes in order and consumers know
//! what they have had. They would only do everything twice: hence a lease, which costs a small
//! write every few seconds, and no lock that a network split could leave behind.

use std::time::Duration;

use kernel::{Clock, SystemClock};
use rand::RngExt;
use sea_orm::prelude::Uuid;
use store::{Database, StoreError, lease};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::consumer::chain;
use crate::steps::{Step, Steps};

/// Name of the lease in the service's own database.
const LEASE: &str = "relay";
/// Longest pause between two looks at somebody else's lease.
const LOOK: Duration = Duration::from_millis(250);

/// The wish to empty an outbox, and the permission while it lasts.
pub(crate) struct Tenure {
    service: &'static str,
    db: Database,
    holder: Uuid,
    length: Duration,
    steps: Steps,
}

impl Tenure {
    pub(crate) fn new(service: &'static str, db: Database, length: Duration, steps: Steps) -> Self {
        Self {
            service,
            db,
            holder: Uuid::from_u128(rand::rng().random()),
            length,
            steps,
        }
    }

    /// Waits for the lease; false when stopped before.
    pub(crate) async fn take(&self, stop: &CancellationToken) -> bool {
        let mut outages = 0_u32;
        loop {
            match stop.run_until_cancelled(self.try_begin()).await {
                None => return false,
                Some(Ok(true)) => return true,
                Some(Ok(false)) => outages = 0,
                Some(Err(error)) => {
                    outages = outages.saturating_add(1);
                    if outages == 1 {
                        tracing::warn!(
                            service = self.service,
                            error = chain(&error),
                            "outbox out of reach, trying again"
                        );
                    }
                }
            }
            let longest = LOOK.min(self.length / 4);
            let pause = longest.mul_f64(rand::rng().random_range(0.5..=1.0));
            let pause = tokio::time::sleep(pause);
            if stop.run_until_cancelled(pause).await.is_none() {
                return false;
            }
        }
    }

    async fn try_begin(&self) -> Result<bool, StoreError> {
        // Real time, whatever clock the service goes by: a lease is about processes.
        if !lease::is_free(&self.db, LEASE, SystemClock.now()).await? {
            return Ok(false);
        }
        self.acquire().await
    }

    async fn acquire(&self) -> Result<bool, StoreError> {
        let now = SystemClock.now();
        // boxed: a statement's future is large
        Box::pin(lease::acquire(
            &self.db,
            LEASE,
            self.holder,
            now,
            self.length,
        ))
        .await
    }

    /// Renews the lease until `term` ends, and ends it when the lease is lost.
    pub(crate) async fn hold(&self, term: &CancellationToken) {
        let mut renewed = Instant::now();
        loop {
            let pause = tokio::time::sleep(self.length / 3);
            if term.run_until_cancelled(pause).await.is_none() {
                return;
            }
            let asked = Instant::now();
            match term.run_until_cancelled(self.acquire()).await {
                None => return,
                Some(Ok(true)) => {
                    renewed = asked;
                    self.steps.reached(Step::LeaseRenewed).await;
                }
                Some(Ok(false)) => {
                    tracing::warn!(service = self.service, "outbox was taken over by a replica");
                    return term.cancel();
                }
                Some(Err(error)) if renewed.elapsed() >= self.length => {
                    tracing::warn!(
                        service = self.service,
                        error = chain(&error),
                        "hold on the outbox lost"
                    );
                    return term.cancel();
                }
                Some(Err(_)) => {}
            }
        }
    }

    /// Lets another relay go on at once.
    pub(crate) async fn end(&self) {
        if let Err(error) = lease::release(&self.db, LEASE, self.holder).await {
            tracing::debug!(
                service = self.service,
                error = chain(&error),
                "hold on the outbox runs out by itself"
            );
        }
    }
}
