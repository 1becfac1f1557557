//! Guardians of children under 14 (监护人), whose consent counts in place of the child's (PIPL 31).

use std::time::Duration;

use kernel::{AccountId, GuardianshipId, Timestamp, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest time until a child is 14: fourteen years with their leap days.
pub const LONGEST_CHILDHOOD: Duration = Duration::from_hours(24 * (14 * 365 + 4));

/// Where a guardianship stands (状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GuardianshipState {
    /// Claimed by the guardian (待核实).
    Claimed,
    /// Checked by staff (已核实).
    Confirmed,
    /// Not true (已驳回).
    Refused,
    /// Over (已终止).
    Ended,
}

impl GuardianshipState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Claimed, Self::Confirmed, Self::Refused, Self::Ended];

    /// Returns the name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Ended => "ended",
        }
    }
}

/// What happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GuardianshipStep {
    Confirm,
    Refuse,
    End,
}

/// The step does not follow from where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the guardianship is {}", .0.as_str())]
pub(crate) struct OutOfOrder(pub(crate) GuardianshipState);

/// A guardianship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guardianship {
    pub(crate) id: GuardianshipId,
    pub(crate) minor: AccountId,
    pub(crate) guardian: AccountId,
    pub(crate) state: GuardianshipState,
    /// The 14th birthday: no date of birth is kept.
    pub(crate) ends_at: Timestamp,
    pub(crate) claimed_at: Timestamp,
    pub(crate) decided_by: Option<AccountId>,
    pub(crate) version: Version,
}

impl Guardianship {
    /// Goes a step.
    pub(crate) fn step(&mut self, step: GuardianshipStep) -> Result<(), OutOfOrder> {
        use GuardianshipState::{Claimed, Confirmed, Ended, Refused};
        self.state = match (self.state, step) {
            (Claimed, GuardianshipStep::Confirm) => Confirmed,
            (Claimed, GuardianshipStep::Refuse) => Refused,
            (Claimed | Confirmed, GuardianshipStep::End) => Ended,
            (state, _) => return Err(OutOfOrder(state)),
        };
        self.version = self.version.next();
        Ok(())
    }

    /// Says whether the guardian speaks for the child now.
    pub(crate) fn counts(&self, now: Timestamp) -> bool {
        self.state == GuardianshipState::Confirmed && now < self.ends_at
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kernel::{IdSourceExt, SystemIds, Timestamp, Version};

    use super::{Guardianship, GuardianshipState, GuardianshipStep};

    fn claimed() -> Guardianship {
        let ids = SystemIds::new();
        Guardianship {
            id: ids.next(),
            minor: ids.next(),
            guardian: ids.next(),
            state: GuardianshipState::Claimed,
            ends_at: Timestamp::UNIX_EPOCH.plus(Duration::from_hours(24)),
            claimed_at: Timestamp::UNIX_EPOCH,
            decided_by: None,
            version: Version::FIRST,
        }
    }

    #[test]
    fn it_counts_once_it_is_checked_and_until_the_birthday() {
        let mut guardianship = claimed();
        let now = Timestamp::UNIX_EPOCH;
        assert!(!guardianship.counts(now));
        assert_eq!(guardianship.step(GuardianshipStep::Confirm), Ok(()));
        assert!(guardianship.counts(now) && !guardianship.counts(guardianship.ends_at));
        assert!(guardianship.step(GuardianshipStep::Confirm).is_err());
        assert!(guardianship.step(GuardianshipStep::Refuse).is_err());
        assert_eq!(guardianship.step(GuardianshipStep::End), Ok(()));
        assert!(!guardianship.counts(now) && guardianship.step(GuardianshipStep::End).is_err());
    }
}
