//! Accounts whose access ended before their tokens do.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use kernel::{AccountId, Timestamp, Version};

/// Entries below which nobody looks for those that are over.
const FEW: usize = 256;

/// What is known of an account.
#[derive(Debug, Clone, Copy)]
struct Ended {
    /// Tokens that say an earlier version of the account are refused.
    version: Version,
    /// From then on no such token is left.
    until: Timestamp,
}

/// What ended, in memory: asked with every request, told by events.
///
/// It holds who was told of within the life of an access token, and nobody else.
#[derive(Debug, Default)]
pub(crate) struct EndedAccess {
    ended: RwLock<HashMap<AccountId, Ended>>,
}

impl EndedAccess {
    /// Remembers that tokens of an earlier version than this are refused until then.
    pub(crate) fn end(
        &self,
        account: AccountId,
        version: Version,
        until: Timestamp,
        now: Timestamp,
    ) {
        if until <= now {
            return;
        }
        let mut ended = self.ended.write().unwrap_or_else(PoisonError::into_inner);
        // as seldom as the map grows, so that many at once cost little each
        if ended.len() >= FEW && ended.len() == ended.capacity() {
            ended.retain(|_, ended| ended.until > now);
        }
        let known = ended.entry(account).or_insert(Ended { version, until });
        known.version = known.version.max(version);
        known.until = known.until.max(until);
    }

    /// Says whether a token that says this version of the account still counts.
    pub(crate) fn admits(&self, account: AccountId, version: Option<Version>) -> bool {
        let ended = self.ended.read().unwrap_or_else(PoisonError::into_inner);
        match (ended.get(&account), version) {
            (None, _) => true,
            // made before tokens said it
            (Some(_), None) => false,
            (Some(ended), Some(version)) => version >= ended.version,
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        let ended = self.ended.read().unwrap_or_else(PoisonError::into_inner);
        ended.len()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::time::Duration;

    use kernel::{AccountId, Timestamp, TypedId, Version};
    use uuid::Uuid;

    use super::EndedAccess;

    const LIFE: Duration = Duration::from_mins(10);

    fn account(number: u128) -> AccountId {
        TypedId::from_uuid(Uuid::from_u128(
            0x0190_0000_0000_7000_8000_0000_0000_0000 + number,
        ))
    }

    fn start() -> Timestamp {
        Timestamp::from_micros(1_795_305_600_000_000).unwrap()
    }

    #[test]
    fn earlier_versions_are_refused_in_whatever_order_it_is_told() {
        let ended = EndedAccess::default();
        let first = Version::FIRST;
        let (second, third) = (first.next(), first.next().next());
        assert!(ended.admits(account(1), Some(first)));
        for version in [third, second] {
            ended.end(account(1), version, start().plus(LIFE), start());
        }
        assert!(!ended.admits(account(1), None));
        assert!(!ended.admits(account(1), Some(second)));
        assert!(ended.admits(account(1), Some(third)));
        assert!(ended.admits(account(2), Some(first)));
    }

    #[test]
    fn who_was_told_of_long_ago_is_forgotten() {
        let ended = EndedAccess::default();
        for number in 0..10_000 {
            let now = start().plus(Duration::from_secs(u64::try_from(number).unwrap()));
            ended.end(account(number), Version::FIRST, now.plus(LIFE), now);
        }
        // one a second for 600 seconds, and as many again until it is looked through
        assert!(ended.len() < 2_400, "{}", ended.len());
        assert!(ended.admits(account(1), Some(Version::FIRST)));
        ended.end(account(0), Version::FIRST, start(), start().plus(LIFE));
    }
}
