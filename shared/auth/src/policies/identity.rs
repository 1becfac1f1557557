//! Accounts, sessions, grants, the access log.

use kernel::Role::{AuditAdmin, SecurityAdmin, SystemAdmin};

use crate::{Access, Policy};

/// Rows of identity.
pub(crate) const POLICIES: &[Policy] = &[
    Policy::new(
        "open_session",
        "POST",
        "/api/identity/v1/sessions",
        Access::Public,
    ),
    Policy::new(
        "refresh_session",
        "POST",
        "/api/identity/v1/sessions/refresh",
        Access::Public,
    ),
    Policy::new(
        "close_session",
        "DELETE",
        "/api/identity/v1/sessions/current",
        Access::Authenticated,
    ),
    Policy::new(
        "show_me",
        "GET",
        "/api/identity/v1/me",
        Access::Authenticated,
    ),
    Policy::new(
        "change_password",
        "PUT",
        "/api/identity/v1/me/password",
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
        Access::Roles(&[SecurityAdmin]),
    ),
    Policy::new(
        "revoke_grant",
        "DELETE",
        "/api/identity/v1/accounts/{id}/grants/{grant_id}",
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
    Policy::new(
        "show_jwks",
        "GET",
        "/api/identity/.well-known/jwks.json",
        Access::Public,
    ),
    Policy::new(
        "show_discovery",
        "GET",
        "/api/identity/.well-known/openid-configuration",
        Access::Public,
    ),
];
