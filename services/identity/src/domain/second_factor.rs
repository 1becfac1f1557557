//! Second factors: who needs one, since when, and what a sign-in asks for.

use std::time::Duration;

use kernel::{Role, Timestamp};

use super::HeldGrant;

/// Recovery codes of an account.
pub(crate) const RECOVERY_CODES: usize = 10;

/// The second factor of an account as it is kept: secrets are sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecondFactor {
    /// The secret that counts.
    pub(crate) sealed_secret: Option<Vec<u8>>,
    /// One that waits to be confirmed.
    pub(crate) sealed_pending: Option<Vec<u8>>,
    pub(crate) enrolled_at: Option<Timestamp>,
    /// Step of the last code that was used: it and all before it are used up.
    pub(crate) last_step: i64,
}

/// Who must have a second factor, and how long they may put it off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecondFactorPolicy {
    pub(crate) required_roles: Vec<Role>,
    /// From the first grant of such a role.
    pub(crate) grace: Duration,
}

/// What a sign-in asks for after the first step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    /// Nothing more.
    Nothing,
    /// Nothing yet; from this instant on a second factor.
    Later(Timestamp),
    /// A code of the second factor.
    Code,
    /// That a second factor is set up.
    Enrolment,
}

impl SecondFactorPolicy {
    /// Says since when the grants that count now ask for a second factor, grace included.
    pub(crate) fn required_from(&self, held: &[HeldGrant], now: Timestamp) -> Option<Timestamp> {
        held.iter()
            .filter(|grant| grant.counts(now) && self.required_roles.contains(&grant.role))
            .map(|grant| grant.created_at.max(grant.period.from).plus(self.grace))
            .min()
    }

    /// Says what a sign-in of an account with these grants asks for. Whoever has a second factor is
    /// always asked, whether they need one or not.
    pub(crate) fn demand(&self, held: &[HeldGrant], enrolled: bool, now: Timestamp) -> Demand {
        if enrolled {
            return Demand::Code;
        }
        match self.required_from(held, now) {
            None => Demand::Nothing,
            Some(from) if now < from => Demand::Later(from),
            Some(_) => Demand::Enrolment,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::time::Duration;

    use kernel::{IdSourceExt, OrgPath, Role, SystemIds, Timestamp};

    use super::super::{HeldGrant, Period};
    use super::{Demand, SecondFactorPolicy};

    const DAY: Duration = Duration::from_hours(24);

    fn start() -> Timestamp {
        Timestamp::from_micros(1_795_305_600_000_000).unwrap()
    }

    fn policy() -> SecondFactorPolicy {
        SecondFactorPolicy {
            required_roles: vec![Role::SystemAdmin, Role::DistrictOperator],
            grace: DAY * 14,
        }
    }

    fn grant(role: Role, from: Timestamp) -> HeldGrant {
        let ids = SystemIds::new();
        HeldGrant {
            id: ids.next(),
            account: ids.next(),
            role,
            path: OrgPath::root(),
            categories: Vec::new(),
            period: Period { from, until: None },
            created_by: None,
            created_at: start(),
            told_at: None,
            certified_until: None,
        }
    }

    #[test]
    fn grace_runs_from_the_first_grant_that_counts() {
        let held = [
            grant(Role::GridWorker, start()),
            grant(Role::DistrictOperator, start().plus(DAY)),
            grant(Role::SystemAdmin, start().plus(DAY * 400)),
        ];
        let ends = start().plus(DAY * 15);
        let demand = |now| policy().demand(&held, false, now);
        assert_eq!(demand(start()), Demand::Nothing);
        assert_eq!(demand(start().plus(DAY)), Demand::Later(ends));
        assert_eq!(demand(ends), Demand::Enrolment);
    }

    #[test]
    fn who_has_one_is_asked_and_who_needs_none_is_not() {
        let worker = [grant(Role::GridWorker, start())];
        let late = start().plus(DAY * 900);
        assert_eq!(policy().demand(&worker, false, late), Demand::Nothing);
        assert_eq!(policy().demand(&worker, true, late), Demand::Code);
        let strict = SecondFactorPolicy {
            grace: Duration::ZERO,
            ..policy()
        };
        let admin = [grant(Role::SystemAdmin, start())];
        assert_eq!(strict.demand(&admin, false, start()), Demand::Enrolment);
    }
}
