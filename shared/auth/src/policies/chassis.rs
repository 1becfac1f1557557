//! What every process answers.

use kernel::Role;

use crate::{Access, Policy};

/// Rows of the process itself.
pub(crate) const POLICIES: &[Policy] = &[
    Policy::new("show_liveness", "GET", "/livez", Access::Public),
    Policy::new("show_readiness", "GET", "/readyz", Access::Public),
    Policy::new("show_metrics", "GET", "/metrics", Access::Public),
    Policy::new(
        "show_api_document",
        "GET",
        "/api/openapi.json",
        Access::Public,
    ),
    Policy::new("show_api_page", "GET", "/api/docs", Access::Public),
    Policy::new(
        "show_log_level",
        "GET",
        "/internal/log-level",
        Access::Roles(&[Role::SystemAdmin]),
    ),
    Policy::new(
        "change_log_level",
        "PUT",
        "/internal/log-level",
        Access::Roles(&[Role::SystemAdmin]),
    ),
];
