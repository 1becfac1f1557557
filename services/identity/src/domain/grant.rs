//! Which roles one account may hold together, and when.

use kernel::{AccountId, GrantId, OrgPath, Role, Timestamp};

/// Roles that are administrators: one account each, and nothing else (三员分立).
const ADMINISTRATORS: [Role; 3] = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];

/// An account would be administrator and something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} cannot be held together with {held}")]
pub struct Separation {
    /// Role it holds.
    pub held: Role,
    /// Role it would get.
    pub wanted: Role,
}

/// Says whether the role is one of the three administrators.
#[must_use]
pub fn is_administrator(role: Role) -> bool {
    ADMINISTRATORS.contains(&role)
}

/// Checks that an account which holds `held` may get `wanted` too.
///
/// # Errors
/// [`Separation`] when administrator and any other role would meet.
pub fn check_separation(held: &[Role], wanted: Role) -> Result<(), Separation> {
    for role in held.iter().copied() {
        let mixes = is_administrator(role) || is_administrator(wanted);
        if mixes && role != wanted {
            return Err(Separation { held: role, wanted });
        }
    }
    Ok(())
}

/// When a grant counts (有效期).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First instant.
    pub from: Timestamp,
    /// End, not included; none is open.
    pub until: Option<Timestamp>,
}

impl Period {
    /// Says whether the period holds any instant at or after `now`.
    #[must_use]
    pub fn is_ahead_of(&self, now: Timestamp) -> bool {
        self.until
            .is_none_or(|until| until > now && until > self.from)
    }

    /// Says whether the instant lies in the period.
    #[must_use]
    pub fn contains(&self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

/// A grant that was not revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldGrant {
    pub(crate) id: GrantId,
    pub(crate) account: AccountId,
    pub(crate) role: Role,
    pub(crate) path: OrgPath,
    pub(crate) categories: Vec<String>,
    pub(crate) period: Period,
    /// Until when somebody stands for it; none for what needs nobody to.
    pub(crate) certified_until: Option<Timestamp>,
    pub(crate) created_by: Option<AccountId>,
    pub(crate) created_at: Timestamp,
    /// When others were told that it counts; one that begins later is told when it begins.
    pub(crate) told_at: Option<Timestamp>,
}

impl HeldGrant {
    /// Says whether the grant gives its holder anything at this instant.
    ///
    /// What the three administrators do concerns all of the city: one of a part of it, as earlier
    /// versions could grant, counts nowhere.
    pub(crate) fn counts(&self, now: Timestamp) -> bool {
        self.period.contains(now) && reaches(self.role, &self.path)
    }
}

/// Says whether a role can be held at this place: the three administrators' at the root only.
#[must_use]
pub fn reaches(role: Role, place: &OrgPath) -> bool {
    !is_administrator(role) || place.depth() == 0
}

#[cfg(test)]
mod tests {
    use kernel::Role;

    use super::{ADMINISTRATORS, check_separation, is_administrator};

    #[test]
    fn an_administrator_holds_nothing_else() {
        for held in Role::ALL.iter().copied() {
            for wanted in Role::ALL.iter().copied() {
                let mixes = is_administrator(held) || is_administrator(wanted);
                let allowed = held == wanted || !mixes;
                assert_eq!(
                    check_separation(&[held], wanted).is_ok(),
                    allowed,
                    "{held} {wanted}"
                );
            }
        }
    }

    #[test]
    fn a_new_account_may_become_anything_and_workers_may_hold_several_roles() {
        for role in ADMINISTRATORS {
            assert!(check_separation(&[], role).is_ok());
        }
        assert!(check_separation(&[Role::Resident, Role::Volunteer], Role::PartyMember).is_ok());
    }
}
