//! Who may grant what where (分级授权).
//!
//! The security administrator grants any role within the own part of the tree. Whoever runs a part of
//! it (a community, a street, a district, the city) grants roles that stand lower than the own one, at
//! or below the own place, for the own categories and no longer than the own grant lasts: nobody gives
//! away what they do not have.

use auth::Grant;
use kernel::{OrgPath, Role, Timestamp};

/// Standing of a role: one who may grant grants only roles that stand lower.
fn standing(role: Role) -> u8 {
    match role {
        Role::Resident
        | Role::ResidentRepresentative
        | Role::OwnersCommittee
        | Role::PartyMember
        | Role::Volunteer => 0,
        Role::GridWorker => 1,
        Role::CompoundDispatcher => 2,
        Role::CommunityDispatcher => 3,
        Role::StreetDispatcher | Role::DepartmentLiaison => 4,
        // they watch and judge streets and departments, which therefore do not choose them
        Role::Inspector | Role::CallbackAgent | Role::Assessor => 5,
        Role::DistrictOperator => 6,
        Role::PlatformOperator => 7,
        Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin => 8,
    }
}

/// Roles that may grant lower ones; the security administrator may grant all.
pub(crate) const GRANTERS: [Role; 5] = [
    Role::CommunityDispatcher,
    Role::StreetDispatcher,
    Role::DistrictOperator,
    Role::PlatformOperator,
    Role::SecurityAdmin,
];

/// Says whether grants of the role have to be certified again and again: those of staff. What a person
/// is (a resident, a volunteer) needs no renewal.
#[must_use]
pub fn is_certified(role: Role) -> bool {
    standing(role) > 0
}

/// What somebody may give from: a grant, and until when it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Role, place and categories.
    pub grant: Grant,
    /// End of the grant; none is open.
    pub until: Option<Timestamp>,
}

/// What is to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Role.
    pub role: Role,
    /// Place.
    pub path: &'a OrgPath,
    /// Categories; none named means all.
    pub categories: &'a [String],
    /// End; none is open.
    pub until: Option<Timestamp>,
}

/// What a granter lacks, the first of role, place, categories and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Beyond {
    /// None of the own roles may grant this one.
    #[error("the role does not stand lower than the own one")]
    Role,
    /// The place is not at or below the own one.
    #[error("the place is outside of the own one")]
    Place,
    /// The categories are not among the own ones.
    #[error("the categories are not among the own ones")]
    Categories,
    /// The grant would outlast the own one.
    #[error("the grant would outlast the own one")]
    Time,
}

impl Authority {
    /// Checks whether this grant alone suffices.
    fn allows(&self, wanted: &Wanted<'_>) -> Result<(), Beyond> {
        let own = &self.grant;
        let lower = standing(wanted.role) < standing(own.role);
        if !GRANTERS.contains(&own.role) || !(own.role == Role::SecurityAdmin || lower) {
            return Err(Beyond::Role);
        }
        if !own.covers(wanted.path) {
            return Err(Beyond::Place);
        }
        let among = |category: &String| own.categories.contains(category);
        // no category named means all of them
        let narrower = !wanted.categories.is_empty() && wanted.categories.iter().all(among);
        if !own.categories.is_empty() && !narrower {
            return Err(Beyond::Categories);
        }
        match (self.until, wanted.until) {
            (None, _) => Ok(()),
            (Some(own), Some(wanted)) if wanted <= own => Ok(()),
            _ => Err(Beyond::Time),
        }
    }
}

/// Checks whether any one of the authorities suffices.
///
/// # Errors
/// What is missing in the authority that comes nearest.
pub fn check_delegation(own: &[Authority], wanted: &Wanted<'_>) -> Result<(), Beyond> {
    let mut nearest = Beyond::Role;
    for authority in own {
        match authority.allows(wanted) {
            Ok(()) => return Ok(()),
            Err(beyond) => nearest = nearest.max(beyond),
        }
    }
    Err(nearest)
}

#[cfg(test)]
mod tests;
