//! The live streams of this process: how many there are, and how they are woken.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel::{AccountId, EventId};
use problem::{Category, Fact, Kind};
use tokio::sync::Notify;

use crate::config::StreamConfig;

/// Most events of which it is remembered whom they wake: those whose commit never comes are few.
const EXPECTED: usize = 4_096;

/// Why no further stream is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StreamRefused {
    /// The account has enough.
    #[error("too many streams of one account")]
    OfAccount,
    /// The process has enough.
    #[error("too many streams")]
    OfProcess,
}

impl Category for StreamRefused {
    fn fact(&self) -> Fact {
        let fact = match self {
            Self::OfAccount => Fact::new(
                Kind::TooMany,
                "too-many-streams",
                "同一账号打开的消息流过多，请先关闭一些",
                "this account has too many open streams; close some first",
            ),
            Self::OfProcess => Fact::new(
                Kind::Unavailable,
                "streams-exhausted",
                "消息流已满，请稍后重试或改用列表查询",
                "no further stream can be opened now; try again later or read the list",
            ),
        };
        fact.after(10)
    }
}

/// The live streams of this process.
pub(crate) struct Streams {
    limits: StreamConfig,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: HashMap<AccountId, Vec<Arc<Notify>>>,
    total: usize,
    /// Accounts with streams that each event wakes once its effects are committed.
    expected: HashMap<EventId, Vec<AccountId>>,
}

impl Streams {
    pub(crate) fn new(limits: StreamConfig) -> Self {
        Self {
            limits,
            state: Mutex::default(),
        }
    }

    /// Takes a place for a stream of `account`; it is given back when the slot is dropped.
    pub(crate) fn open(self: &Arc<Self>, account: AccountId) -> Result<Slot, StreamRefused> {
        let mut state = self.state();
        if state.total >= self.limits.total {
            return Err(StreamRefused::OfProcess);
        }
        let streams = state.open.entry(account).or_default();
        if streams.len() >= self.limits.per_account {
            return Err(StreamRefused::OfAccount);
        }
        let wake = Arc::new(Notify::new());
        streams.push(Arc::clone(&wake));
        state.total += 1;
        Ok(Slot {
            streams: Arc::clone(self),
            account,
            wake,
        })
    }

    /// Remembers whom `event` tells, as far as they have streams here.
    pub(crate) fn expect(&self, event: EventId, accounts: impl Iterator<Item = AccountId>) {
        let mut state = self.state();
        if state.total == 0 {
            return;
        }
        let with_streams: Vec<AccountId> = accounts
            .filter(|account| state.open.contains_key(account))
            .collect();
        if with_streams.is_empty() {
            return;
        }
        // A stream that is not woken finds its message when it next looks.
        if state.expected.len() >= EXPECTED {
            state.expected.clear();
        }
        state.expected.insert(event, with_streams);
    }

    /// Wakes the streams of those whom `event` tells.
    pub(crate) fn committed(&self, event: EventId) {
        let mut state = self.state();
        let Some(accounts) = state.expected.remove(&event) else {
            return;
        };
        for account in accounts {
            for wake in state.open.get(&account).into_iter().flatten() {
                wake.notify_one();
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one open stream.
pub(crate) struct Slot {
    streams: Arc<Streams>,
    account: AccountId,
    wake: Arc<Notify>,
}

impl Slot {
    /// The account whose stream it is.
    pub(crate) fn account(&self) -> AccountId {
        self.account
    }

    /// Waits until something was sent to the account; what was sent before counts.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.streams.state();
        if let Some(streams) = state.open.get_mut(&self.account) {
            streams.retain(|wake| !Arc::ptr_eq(wake, &self.wake));
            if streams.is_empty() {
                state.open.remove(&self.account);
            }
        }
        state.total = state.total.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::{AccountId, EventId, TypedId};

    use super::{StreamRefused, Streams};
    use crate::config::StreamConfig;

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn streams(per_account: usize, total: usize) -> Arc<Streams> {
        Arc::new(Streams::new(StreamConfig {
            per_account,
            total,
            ..StreamConfig::default()
        }))
    }

    #[test]
    fn places_are_limited_and_given_back() {
        let streams = streams(2, 3);
        let first = streams.open(account(1));
        let _second = streams.open(account(1));
        assert_eq!(
            streams.open(account(1)).err(),
            Some(StreamRefused::OfAccount)
        );
        let _third = streams.open(account(2));
        assert_eq!(
            streams.open(account(3)).err(),
            Some(StreamRefused::OfProcess)
        );
        drop(first);
        assert!(streams.open(account(1)).is_ok());
    }

    #[tokio::test]
    async fn only_the_streams_of_the_told_are_woken() {
        let streams = streams(2, 3);
        let (Ok(told), Ok(other)) = (streams.open(account(1)), streams.open(account(2))) else {
            panic!("both fit");
        };
        let event = EventId::from_uuid(uuid::Uuid::from_u128(9));
        streams.expect(event, [account(1), account(3)].into_iter());
        streams.committed(event);
        told.woken().await;
        tokio::select! {
            biased;
            () = other.woken() => panic!("nothing was sent to it"),
            () = std::future::ready(()) => {}
        }
    }
}
