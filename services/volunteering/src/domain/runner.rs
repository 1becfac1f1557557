//! Who runs voluntary service at a place.

use auth::Principal;
use kernel::{OrgPath, Role};

/// Roles whose holders run volunteers, teams and activities at their place (志愿服务管理).
pub(crate) const RUNNERS: [Role; 5] = [
    Role::CompoundDispatcher,
    Role::CommunityDispatcher,
    Role::StreetDispatcher,
    Role::DistrictOperator,
    Role::PlatformOperator,
];

/// Says whether the caller runs voluntary service at this place.
pub(crate) fn runs(principal: &Principal, place: &OrgPath) -> bool {
    principal.holds_any(&RUNNERS, place)
}
