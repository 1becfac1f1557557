//! Access that ends before its tokens do: heard by one replica of a service, known to all of them.
//!
//! A queue is shared by the replicas of its service, so each event reaches one of them. That one writes
//! it into the service's database, where the others look every half second: a short read by an index,
//! mostly of nothing, and none while a request is answered.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auth::{KeyRing, TokenClaims};
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::identity::{AccountDisconnected, AccountRevoked};
use kernel::{Clock, Timestamp, Version};
use store::ended_access::{self, EndedAccess};
use store::{Database, StoreError, Tx};
use tokio_util::sync::CancellationToken;

/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(500);
/// What was heard this long ago is read once more: a transaction that began before the last look may
/// have ended after it, and the clock of another replica may be behind.
const OVERLAP: Duration = Duration::from_secs(30);
/// Longest time for which an ended access is remembered: the life of a token, and what clocks differ.
pub(crate) const KEPT: Duration = TokenClaims::LIFETIME.saturating_add(Duration::from_mins(1));

/// Reads what an event ends: tokens made before it, wherever they are.
fn ended_by(event: &Envelope) -> Result<EndedAccess, HandlerError> {
    let account = if event.kind == AccountRevoked::TYPE {
        event.payload::<AccountRevoked>()?.account_id
    } else {
        event.payload::<AccountDisconnected>()?.account_id
    };
    let version = Version::new(event.aggregate_version);
    Ok(EndedAccess {
        account,
        version: version.map_err(|error| HandlerError::Poison(error.to_string()))?,
        until: event.time.plus(KEPT),
    })
}

/// Hears for its service.
pub(crate) struct OnAccessEnded {
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for OnAccessEnded {
    fn types(&self) -> &'static [&'static str] {
        &[AccountDisconnected::TYPE, AccountRevoked::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        Ok(ended_access::note(tx, &ended_by(event)?, self.clock.now()).await?)
    }

    /// This replica need not wait for its next look.
    fn committed(&self, events: &[Envelope]) {
        let now = self.clock.now();
        for event in events
            .iter()
            .filter(|event| self.types().contains(&&*event.kind))
        {
            if let Ok(ended) = ended_by(event) {
                self.keys
                    .end_access(ended.account, ended.version, ended.until, now);
            }
        }
    }
}

/// Looks for what the other replicas have heard.
pub(crate) struct Watch {
    db: Database,
    keys: Arc<KeyRing>,
    clock: Arc<dyn Clock>,
    since: Timestamp,
}

impl Watch {
    /// Reads all that still matters, before any request is answered.
    ///
    /// # Errors
    /// The store does not answer.
    pub(crate) async fn begin(
        db: Database,
        keys: &Arc<KeyRing>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let mut watch = Self {
            db,
            keys: Arc::clone(keys),
            clock: Arc::clone(clock),
            since: clock.now().minus(KEPT),
        };
        watch.look().await?;
        Ok(watch)
    }

    /// Looks until `stop`; what cannot be read now is read later.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut failing = false;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            match stop.run_until_cancelled(self.look()).await {
                None => return,
                Some(Ok(())) => failing = false,
                Some(Err(error)) => {
                    if !failing {
                        tracing::warn!(%error, "ended access not read, trying again");
                    }
                    failing = true;
                }
            }
        }
    }

    /// Reads what was heard since the last look.
    async fn look(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        for ended in ended_access::list_heard(&self.db, self.since).await? {
            let EndedAccess {
                account,
                version,
                until,
            } = ended;
            self.keys.end_access(account, version, until, now);
        }
        self.since = now.minus(OVERLAP);
        Ok(())
    }
}
