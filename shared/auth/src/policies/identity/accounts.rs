//! Accounts, grants, exclusions, the access log.

use kernel::Role::{
    AuditAdmin, CommunityDispatcher, DistrictOperator, PlatformOperator, SecurityAdmin,
    StreetDispatcher, SystemAdmin,
};

use crate::{Access, Policy};

/// Who grants roles: the security administrator, and those who run a part of the tree within it.
const GRANTERS: Access = Access::Roles(&[
    CommunityDispatcher,
    StreetDispatcher,
    DistrictOperator,
    PlatformOperator,
    SecurityAdmin,
]);

/// Rows of identity.
pub(crate) const POLICIES: &[Policy] = &[
    Policy::new(
        "show_me",
        "GET",
        "/api/identity/v1/me",
        Access::Authenticated,
    ),
    Policy::new(
        "register_account",
        "POST",
        "/api/identity/v1/accounts",
        Access::Roles(&[SystemAdmin]),
    ),
    Policy::new(
        "list_accounts",
        "GET",
        "/api/identity/v1/accounts",
        Access::Roles(&[SystemAdmin, SecurityAdmin]),
    ),
    Policy::new(
        "show_account",
        "GET",
        "/api/identity/v1/accounts/{id}",
        Access::Roles(&[SystemAdmin, SecurityAdmin]),
    ),
    Policy::new(
        "grant_role",
        "POST",
        "/api/identity/v1/accounts/{id}/grants",
        GRANTERS,
    ),
    Policy::new(
        "revoke_grant",
        "DELETE",
        "/api/identity/v1/accounts/{id}/grants/{grant_id}",
        GRANTERS,
    ),
    Policy::new(
        "certify_grant",
        "POST",
        "/api/identity/v1/accounts/{id}/grants/{grant_id}/actions/certify",
        GRANTERS,
    ),
    Policy::new(
        "list_certifications",
        "GET",
        "/api/identity/v1/certifications",
        GRANTERS,
    ),
    Policy::new(
        "exclude_account",
        "POST",
        "/api/identity/v1/accounts/{id}/exclusions",
        Access::Roles(&[SecurityAdmin]),
    ),
    Policy::new(
        "list_exclusions",
        "GET",
        "/api/identity/v1/accounts/{id}/exclusions",
        Access::Roles(&[SecurityAdmin]),
    ),
    Policy::new(
        "readmit_account",
        "DELETE",
        "/api/identity/v1/accounts/{id}/exclusions/{exclusion_id}",
        Access::Roles(&[SecurityAdmin]),
    ),
    Policy::new(
        "exclude_myself",
        "POST",
        "/api/identity/v1/me/exclusions",
        Access::Authenticated,
    ),
    Policy::new(
        "list_my_exclusions",
        "GET",
        "/api/identity/v1/me/exclusions",
        Access::Authenticated,
    ),
    Policy::new(
        "explain_permission",
        "GET",
        "/api/identity/v1/me/permissions",
        Access::Authenticated,
    ),
    Policy::new(
        "explain_account_permission",
        "GET",
        "/api/identity/v1/accounts/{id}/permissions",
        Access::Roles(&[SecurityAdmin]),
    ),
    Policy::new(
        "suspend_account",
        "POST",
        "/api/identity/v1/accounts/{id}/actions/suspend",
        Access::Roles(&[SecurityAdmin]),
    ),
    Policy::new(
        "resume_account",
        "POST",
        "/api/identity/v1/accounts/{id}/actions/resume",
        Access::Roles(&[SecurityAdmin]),
    ),
    Policy::new(
        "list_access_log",
        "GET",
        "/api/identity/v1/access-log",
        Access::Roles(&[AuditAdmin]),
    ),
];
