//! Orders, what is published and measured of them, what they run by.

pub(super) mod figures;
pub(super) mod orders;
pub(super) mod rules;

use kernel::Role;

/// Who runs the platform of a district or of the city.
const OPERATORS: &[Role] = &[Role::DistrictOperator, Role::PlatformOperator];

/// Who judges the work of units.
const JUDGES: &[Role] = &[
    Role::Assessor,
    Role::DistrictOperator,
    Role::PlatformOperator,
];

/// Whom figures are about: those who work on orders, and those who live where they are.
const CONCERNED: &[Role] = &[
    Role::Resident,
    Role::ResidentRepresentative,
    Role::OwnersCommittee,
    Role::GridWorker,
    Role::CompoundDispatcher,
    Role::CommunityDispatcher,
    Role::StreetDispatcher,
    Role::DepartmentLiaison,
    Role::Inspector,
    Role::CallbackAgent,
    Role::Assessor,
    Role::DistrictOperator,
    Role::PlatformOperator,
];

/// Who works on orders.
const STAFF: &[Role] = &[
    Role::GridWorker,
    Role::CompoundDispatcher,
    Role::CommunityDispatcher,
    Role::StreetDispatcher,
    Role::DepartmentLiaison,
    Role::Inspector,
    Role::CallbackAgent,
    Role::Assessor,
    Role::DistrictOperator,
    Role::PlatformOperator,
];

/// Who sends orders to units: they merge, take apart and split.
const DISPATCHERS: &[Role] = &[
    Role::StreetDispatcher,
    Role::DistrictOperator,
    Role::PlatformOperator,
];

/// Who knows which residents of a place live together.
const NEIGHBOURHOOD: &[Role] = &[
    Role::CompoundDispatcher,
    Role::CommunityDispatcher,
    Role::StreetDispatcher,
];
