use std::sync::Arc;
use std::time::Duration;

use kernel::{AccountId, MessageId, TypedId};
use store::StoreError;
use tokio::time::Instant;

use super::App;
use super::streams::Slot;
use crate::domain::message::Message;
use crate::store::messages;

/// Messages read at once.
const BATCH: u64 = 100;

/// What a feed has to say.
#[derive(Debug)]
pub(crate) enum Step {
    /// New messages, oldest first.
    Messages(Vec<Message>),
    /// Nothing for some time.
    Quiet,
    /// The token is over.
    Ended,
}

/// The messages of one account as they come.
pub(crate) struct Feed {
    app: Arc<App>,
    slot: Slot,
    token: String,
    after: MessageId,
    spoken: Instant,
}

impl Feed {
    /// Starts a feed behind `after`, or behind the newest message where none is named.
    pub(crate) async fn open(
        app: Arc<App>,
        slot: Slot,
        token: String,
        after: Option<MessageId>,
    ) -> Result<Self, StoreError> {
        let after = match after {
            Some(after) => after,
            None => newest(&app, slot.account()).await?,
        };
        Ok(Self {
            app,
            slot,
            token,
            after,
            spoken: Instant::now(),
        })
    }

    /// Waits for what comes next. The database is read again whenever something was committed
    /// here, and now and then for what another replica wrote.
    pub(crate) async fn next(&mut self) -> Result<Step, StoreError> {
        let limits = &self.app.config.streams;
        let poll = Duration::from_millis(limits.poll_ms);
        let quiet = self.spoken + Duration::from_millis(limits.heartbeat_ms);
        loop {
            // Keys may be withdrawn as well as tokens end.
            if self
                .app
                .keys
                .verify(&self.token, self.app.clock.now())
                .is_err()
            {
                return Ok(Step::Ended);
            }
            let account = self.slot.account();
            let new = messages::list_after(&self.app.db, account, self.after, BATCH).await?;
            if let Some(last) = new.last() {
                self.after = last.id;
                self.spoken = Instant::now();
                return Ok(Step::Messages(new));
            }
            tokio::select! {
                () = self.slot.woken() => {}
                () = tokio::time::sleep(poll) => {}
                () = tokio::time::sleep_until(quiet) => {
                    self.spoken = Instant::now();
                    return Ok(Step::Quiet);
                }
            }
        }
    }
}

async fn newest(app: &App, account: AccountId) -> Result<MessageId, StoreError> {
    let newest = messages::find_newest(&app.db, account).await?;
    Ok(newest.unwrap_or_else(|| MessageId::from_uuid(uuid::Uuid::nil())))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::sync::Arc;

    use testkit::{Signer, Storage};

    use super::{Feed, Step};
    use crate::app::App;
    use crate::app::testing::{app, order, send};
    use crate::config::{NotificationsConfig, StreamConfig};

    async fn open(poll_ms: u64, heartbeat_ms: u64) -> (Arc<App>, Feed, Storage) {
        let streams = StreamConfig {
            poll_ms,
            heartbeat_ms,
            ..StreamConfig::default()
        };
        let config = NotificationsConfig {
            streams,
            ..NotificationsConfig::default()
        };
        let (app, folder) = app(config).await;
        let (account, token) = Signer::trusted_by(&app.keys).account(&[]);
        let slot = app.streams.open(account).unwrap();
        let feed = Feed::open(Arc::clone(&app), slot, token, None)
            .await
            .unwrap();
        (app, feed, folder)
    }

    #[tokio::test]
    async fn what_another_replica_wrote_is_found_without_being_woken() {
        let (app, mut feed, _folder) = open(5, 60_000).await;
        send(&app, 1, order(1), feed.slot.account()).await;
        let step = feed.next().await.unwrap();
        assert!(
            matches!(&step, Step::Messages(new) if new.len() == 1),
            "{step:?}"
        );
    }

    #[tokio::test]
    async fn a_silent_feed_says_that_it_is_alive() {
        let (_app, mut feed, _folder) = open(60_000, 5).await;
        assert!(matches!(feed.next().await.unwrap(), Step::Quiet));
        assert!(matches!(feed.next().await.unwrap(), Step::Quiet));
    }
}
