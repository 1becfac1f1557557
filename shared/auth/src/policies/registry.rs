//! Areas and organisations.

use kernel::Role::{DistrictOperator, PlatformOperator};

use crate::{Access, Policy};

/// Rows of registry.
pub(crate) const POLICIES: &[Policy] = &[
    Policy::new(
        "list_organisations",
        "GET",
        "/api/registry/v1/organisations",
        Access::Authenticated,
    ),
    Policy::new(
        "show_organisation",
        "GET",
        "/api/registry/v1/organisations/{code}",
        Access::Authenticated,
    ),
    Policy::new(
        "establish_organisation",
        "POST",
        "/api/registry/v1/organisations",
        Access::Roles(&[DistrictOperator, PlatformOperator]),
    ),
    Policy::new(
        "rename_organisation",
        "PATCH",
        "/api/registry/v1/organisations/{code}",
        Access::Roles(&[DistrictOperator, PlatformOperator]),
    ),
    Policy::new(
        "list_ancestors",
        "GET",
        "/api/registry/v1/organisations/{code}/ancestors",
        Access::Authenticated,
    ),
    Policy::new(
        "import_divisions",
        "POST",
        "/api/registry/v1/divisions/imports",
        Access::Roles(&[DistrictOperator, PlatformOperator]),
    ),
];
