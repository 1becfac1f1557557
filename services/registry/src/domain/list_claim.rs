//! Claims (双向认领): a resource for a need or a project. Either side asks, the other side confirms.

use kernel::{AccountId, ClaimId, ListEntryId, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named! {
    /// One of the two sides of a claim.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum Side {
        /// 需求、项目一方
        Wanting = "wanting",
        /// 资源一方
        Giving = "giving",
    }
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Wanting => Self::Giving,
            Self::Giving => Self::Wanting,
        }
    }
}

named! {
    /// How far a claim has come.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ClaimState {
        /// 待对方确认
        Proposed = "proposed",
        /// 已确认
        Confirmed = "confirmed",
        /// 对方未接受
        Refused = "refused",
        /// 已收回
        Withdrawn = "withdrawn",
        /// 已兑现
        Fulfilled = "fulfilled",
        /// 已解除
        Released = "released",
    }
}

named! {
    /// What is done about a claim.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ClaimStep {
        /// 确认 (by the other side)
        Confirm = "confirm",
        /// 不接受 (by the other side)
        Refuse = "refuse",
        /// 收回 (by the side that asked)
        Withdraw = "withdraw",
        /// 确认兑现 (by the side that got it)
        Fulfil = "fulfil",
        /// 解除 (by either side)
        Release = "release",
    }
}

/// What a step does to what both entries have left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stock {
    /// The claim's quantity is taken from both.
    Taken,
    /// It is given back to both.
    GivenBack,
    /// Nothing.
    Kept,
}

/// Who takes a step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stepper {
    /// The person.
    pub(crate) account: AccountId,
    /// Whether they speak for the side that wants.
    pub(crate) wanting: bool,
    /// Whether they speak for the side that gives.
    pub(crate) giving: bool,
}

impl Stepper {
    fn is_on(self, side: Side) -> bool {
        match side {
            Side::Wanting => self.wanting,
            Side::Giving => self.giving,
        }
    }
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongClaimStep {
    /// It is the other side's to take.
    OtherSide,
    /// Whoever asked does not confirm, even where they speak for both sides.
    SamePerson,
    /// Not from its state.
    State(ClaimState),
}

/// A resource for a need or a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    /// Its id.
    pub(crate) id: ClaimId,
    /// The need or the project.
    pub(crate) wanted: ListEntryId,
    /// The resource.
    pub(crate) resource: ListEntryId,
    /// Which side asked.
    pub(crate) asked_by: Side,
    /// How much of it.
    pub(crate) quantity: u32,
    /// How far it has come.
    pub(crate) state: ClaimState,
    /// Who asked.
    pub(crate) account: AccountId,
    /// Its version.
    pub(crate) version: Version,
    /// When it was asked.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

impl Claim {
    /// Takes it a step further and says what becomes of what both entries have left.
    pub(crate) fn step(
        &mut self,
        step: ClaimStep,
        by: Stepper,
        now: Timestamp,
    ) -> Result<Stock, WrongClaimStep> {
        let side = match step {
            ClaimStep::Confirm | ClaimStep::Refuse => Some(self.asked_by.other()),
            ClaimStep::Withdraw => Some(self.asked_by),
            ClaimStep::Fulfil => Some(Side::Wanting),
            ClaimStep::Release => None,
        };
        if side.is_some_and(|side| !by.is_on(side)) {
            return Err(WrongClaimStep::OtherSide);
        }
        let (next, stock) = match (self.state, step) {
            (ClaimState::Proposed, ClaimStep::Confirm) => (ClaimState::Confirmed, Stock::Taken),
            (ClaimState::Proposed, ClaimStep::Refuse) => (ClaimState::Refused, Stock::Kept),
            (ClaimState::Proposed, ClaimStep::Withdraw) => (ClaimState::Withdrawn, Stock::Kept),
            (ClaimState::Confirmed, ClaimStep::Fulfil) => (ClaimState::Fulfilled, Stock::Kept),
            (ClaimState::Confirmed, ClaimStep::Release) => (ClaimState::Released, Stock::GivenBack),
            (state, _) => return Err(WrongClaimStep::State(state)),
        };
        if step == ClaimStep::Confirm && by.account == self.account {
            return Err(WrongClaimStep::SamePerson);
        }
        self.state = next;
        self.version = self.version.next();
        self.updated_at = now;
        Ok(stock)
    }

    /// Names what there is one of as long as it lasts: this resource for this need.
    pub(crate) fn seat(&self) -> Option<String> {
        let live = matches!(self.state, ClaimState::Proposed | ClaimState::Confirmed);
        live.then(|| format!("{}:{}", self.wanted, self.resource))
    }
}

#[cfg(test)]
mod tests {
    use kernel::{IdSourceExt, Named, SystemIds, Timestamp, Version};
    use proptest::prelude::*;

    use super::{Claim, ClaimState, ClaimStep, Side, Stepper, Stock, WrongClaimStep};

    fn claim(asked_by: Side) -> Claim {
        let ids = SystemIds::new();
        Claim {
            id: ids.next(),
            wanted: ids.next(),
            resource: ids.next(),
            asked_by,
            quantity: 2,
            state: ClaimState::Proposed,
            account: ids.next(),
            version: Version::FIRST,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn somebody(wanting: bool, giving: bool) -> Stepper {
        let account = SystemIds::new().next();
        Stepper {
            account,
            wanting,
            giving,
        }
    }

    #[test]
    fn one_side_asks_and_the_other_one_confirms() {
        let now = Timestamp::UNIX_EPOCH;
        for asked_by in Side::ALL.iter().copied() {
            let mut claim = claim(asked_by);
            let wants = asked_by == Side::Wanting;
            let own = somebody(wants, !wants);
            assert_eq!(
                claim.step(ClaimStep::Confirm, own, now),
                Err(WrongClaimStep::OtherSide)
            );
            let both = Stepper {
                account: claim.account,
                wanting: true,
                giving: true,
            };
            assert_eq!(
                claim.step(ClaimStep::Confirm, both, now),
                Err(WrongClaimStep::SamePerson)
            );
            assert!(claim.seat().is_some());
            let other = somebody(!wants, wants);
            assert_eq!(claim.step(ClaimStep::Confirm, other, now), Ok(Stock::Taken));
            // whoever gave does not say that it arrived
            let giver = somebody(false, true);
            assert_eq!(
                claim.step(ClaimStep::Fulfil, giver, now),
                Err(WrongClaimStep::OtherSide)
            );
            assert_eq!(
                claim.step(ClaimStep::Fulfil, somebody(true, false), now),
                Ok(Stock::Kept)
            );
            assert_eq!(claim.seat(), None);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_done_nothing_is_taken_twice_or_given_back_twice(
            steps in prop::collection::vec(prop::sample::select(ClaimStep::ALL), 0..12),
        ) {
            let mut claim = claim(Side::Wanting);
            let mut taken = 0_i32;
            for step in steps {
                match claim.step(step, somebody(true, true), Timestamp::UNIX_EPOCH) {
                    Ok(Stock::Taken) => taken += 1,
                    Ok(Stock::GivenBack) => taken -= 1,
                    Ok(Stock::Kept) | Err(_) => {}
                }
                let holds = matches!(claim.state, ClaimState::Confirmed | ClaimState::Fulfilled);
                prop_assert_eq!(taken, i32::from(holds));
            }
        }
    }
}
