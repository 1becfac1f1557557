//! Voluntary service: who helps, when, and what is on record of it.

pub(super) mod activities;
pub(super) mod papers;
pub(super) mod people;
pub(super) mod tasks;

use kernel::Role;

use crate::Access;

/// Who runs voluntary service at a place.
const RUNNERS: Access = Access::Roles(&[
    Role::CompoundDispatcher,
    Role::CommunityDispatcher,
    Role::StreetDispatcher,
    Role::DistrictOperator,
    Role::PlatformOperator,
]);
