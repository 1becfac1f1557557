//! How many unknown tokens may come from one address: who guesses is slowed down, who holds a link is not.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kernel::Timestamp;

/// Unknown tokens that an address may send in a window.
const MOST: u32 = 20;
const WINDOW: Duration = Duration::from_mins(5);
/// Addresses that are remembered at a time.
const ADDRESSES: usize = 10_000;

/// Too many unknown tokens came from an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many unknown tokens from one address")]
pub(crate) struct TooManyGuesses {
    /// How long to wait.
    pub(crate) wait: Duration,
}

/// The unknown tokens of late, by address; each process counts for itself.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<IpAddr, (Timestamp, u32)>>);

impl Guesses {
    /// Refuses an address that has guessed enough; a request without an address is one of its own kind.
    pub(crate) fn check(
        &self,
        source: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), TooManyGuesses> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((since, missed)) = source.and_then(|source| known.get(&source)) else {
            return Ok(());
        };
        let ends = since.plus(WINDOW);
        if *missed < MOST || now >= ends {
            return Ok(());
        }
        Err(TooManyGuesses {
            wait: ends.duration_since(now),
        })
    }

    /// Remembers that a token from an address was unknown.
    pub(crate) fn missed(&self, source: Option<IpAddr>, now: Timestamp) {
        let Some(source) = source else {
            return;
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ADDRESSES {
            known.retain(|_, (since, _)| now < since.plus(WINDOW));
        }
        if known.len() >= ADDRESSES {
            known.clear();
        }
        let entry = known.entry(source).or_insert((now, 0));
        if now >= entry.0.plus(WINDOW) {
            *entry = (now, 0);
        }
        entry.1 = entry.1.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn who_guesses_waits_and_nobody_else_does() {
        let (guesses, now) = (Guesses::default(), Timestamp::UNIX_EPOCH);
        let address = |last| Some(IpAddr::from(Ipv4Addr::new(192, 0, 2, last)));
        for _ in 0..MOST {
            assert_eq!(guesses.check(address(1), now), Ok(()));
            guesses.missed(address(1), now);
        }
        let later = now.plus(Duration::from_mins(1));
        let wait = Duration::from_mins(4);
        let refused = guesses.check(address(1), later);
        assert_eq!(refused, Err(TooManyGuesses { wait }));
        assert_eq!(guesses.check(address(2), later), Ok(()));
        assert_eq!(guesses.check(address(1), now.plus(WINDOW)), Ok(()));
        guesses.missed(address(1), now.plus(WINDOW));
        assert_eq!(guesses.check(address(1), now.plus(WINDOW)), Ok(()));
    }
}
