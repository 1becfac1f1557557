//! Seeing a contact in clear (查看明文): for a reason, by one person, for a while.

use std::time::Duration;

use kernel::{AccountId, ContactId, OrgPath, RevealId, Timestamp, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ContactField;

/// Time in which an approved reveal can be opened, again and again.
const WINDOW: Duration = Duration::from_mins(15);
/// Time in which somebody has to decide; afterwards the need has passed.
const DECISION: Duration = Duration::from_hours(24);

/// Where a reveal stands (状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevealState {
    /// A second person has to decide (待审批).
    Pending,
    /// It can be opened until its end (已同意).
    Approved,
    /// It cannot (已拒绝).
    Refused,
}

impl RevealState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Approved, Self::Refused];

    /// Returns the name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }
}

/// What the second person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Approve,
    Refuse,
}

/// Why a reveal goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RevealRefused {
    #[error("whoever asks does not decide")]
    Oneself,
    #[error("it was decided already")]
    Decided,
    #[error("nobody decided in time")]
    Lapsed,
    #[error("somebody else asked for it")]
    NotYours,
    #[error("nobody approved it")]
    NotApproved,
    #[error("its time is over")]
    Over,
}

/// A request to see a contact in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reveal {
    pub(crate) id: RevealId,
    pub(crate) contact: ContactId,
    /// Place of the contact.
    pub(crate) path: OrgPath,
    pub(crate) fields: Vec<ContactField>,
    pub(crate) reason: String,
    pub(crate) state: RevealState,
    pub(crate) requested_by: AccountId,
    pub(crate) requested_at: Timestamp,
    pub(crate) decided_by: Option<AccountId>,
    pub(crate) decided_at: Option<Timestamp>,
    /// End of what it is now: of waiting, or of being open.
    pub(crate) ends_at: Timestamp,
    pub(crate) version: Version,
}

impl Reveal {
    /// Says what a new one is: a confidential contact takes two persons.
    pub(crate) fn begin(confidential: bool, now: Timestamp) -> (RevealState, Timestamp) {
        if confidential {
            (RevealState::Pending, now.plus(DECISION))
        } else {
            (RevealState::Approved, now.plus(WINDOW))
        }
    }

    /// Decides.
    pub(crate) fn decide(
        &mut self,
        by: AccountId,
        decision: Decision,
        now: Timestamp,
    ) -> Result<(), RevealRefused> {
        if by == self.requested_by {
            return Err(RevealRefused::Oneself);
        }
        if self.state != RevealState::Pending {
            return Err(RevealRefused::Decided);
        }
        if now >= self.ends_at {
            return Err(RevealRefused::Lapsed);
        }
        (self.state, self.ends_at) = match decision {
            Decision::Approve => (RevealState::Approved, now.plus(WINDOW)),
            Decision::Refuse => (RevealState::Refused, now),
        };
        (self.decided_by, self.decided_at) = (Some(by), Some(now));
        self.version = self.version.next();
        Ok(())
    }

    /// Checks that it can be opened. A contact that has become confidential since takes a second person's
    /// approval, whatever it took before.
    pub(crate) fn check_open(
        &self,
        by: AccountId,
        confidential: bool,
        now: Timestamp,
    ) -> Result<(), RevealRefused> {
        if by != self.requested_by {
            return Err(RevealRefused::NotYours);
        }
        if self.state != RevealState::Approved || (confidential && self.decided_by.is_none()) {
            return Err(RevealRefused::NotApproved);
        }
        if now >= self.ends_at {
            return Err(RevealRefused::Over);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use kernel::{AccountId, IdSourceExt, OrgPath, SystemIds, Timestamp, Version};
    use proptest::prelude::*;

    use super::{DECISION, Decision, Reveal, RevealRefused, RevealState, WINDOW};

    fn reveal(by: AccountId, confidential: bool) -> Reveal {
        let now = Timestamp::UNIX_EPOCH;
        let (state, ends_at) = Reveal::begin(confidential, now);
        Reveal {
            id: SystemIds::new().next(),
            contact: SystemIds::new().next(),
            path: OrgPath::root(),
            fields: Vec::new(),
            reason: String::new(),
            state,
            requested_by: by,
            requested_at: now,
            decided_by: None,
            decided_at: None,
            ends_at,
            version: Version::FIRST,
        }
    }

    fn two() -> (AccountId, AccountId) {
        let ids = SystemIds::new();
        (ids.next(), ids.next())
    }

    #[test]
    fn a_confidential_contact_takes_two_persons() {
        let (one, other) = two();
        let now = Timestamp::UNIX_EPOCH;
        let mut reveal = reveal(one, true);
        assert_eq!(
            reveal.check_open(one, false, now),
            Err(RevealRefused::NotApproved)
        );
        let own = reveal.decide(one, Decision::Approve, now);
        assert_eq!(own, Err(RevealRefused::Oneself));
        assert_eq!(reveal.decide(other, Decision::Approve, now), Ok(()));
        assert_eq!(reveal.check_open(one, false, now), Ok(()));
        assert_eq!(
            reveal.check_open(other, false, now),
            Err(RevealRefused::NotYours)
        );
        assert_eq!(
            reveal.check_open(one, false, now.plus(WINDOW)),
            Err(RevealRefused::Over)
        );
    }

    #[test]
    fn a_decision_too_late_is_none() {
        let (one, other) = two();
        let mut reveal = reveal(one, true);
        let late = Timestamp::UNIX_EPOCH.plus(DECISION);
        let decided = reveal.decide(other, Decision::Approve, late);
        assert_eq!(decided, Err(RevealRefused::Lapsed));
    }

    proptest! {
        /// Whoever decides whatever and whenever: only an approval by another, in time, opens it.
        #[test]
        fn nothing_but_an_approval_by_another_opens_it(steps in proptest::collection::vec((any::<bool>(), any::<bool>(), 0..30_u64), 0..8)) {
            let (one, other) = two();
            let mut reveal = reveal(one, true);
            let mut now = Timestamp::UNIX_EPOCH;
            let mut approved_at = None;
            for (own, approve, hours) in steps {
                now = now.plus(std::time::Duration::from_hours(hours));
                let by = if own { one } else { other };
                let decision = if approve { Decision::Approve } else { Decision::Refuse };
                if reveal.decide(by, decision, now).is_ok() {
                    prop_assert!(!own);
                    if approve {
                        approved_at = Some(now);
                    }
                }
                let open = approved_at.is_some_and(|at: Timestamp| now < at.plus(WINDOW));
                prop_assert_eq!(reveal.check_open(one, false, now).is_ok(), open);
                prop_assert!(reveal.state != RevealState::Approved || approved_at.is_some());
            }
        }
    }
}
