//! What orders run by: workflows, calendars, the dispatch catalogue.

use kernel::Role;

use super::{OPERATORS, STAFF};
use crate::{Access, Policy};

/// Rows of what orders run by.
pub(crate) const POLICIES: &[Policy] = &[
    Policy::new(
        "list_categories",
        "GET",
        "/api/ticketing/v1/categories",
        Access::Authenticated,
    ),
    Policy::new(
        "list_workflows",
        "GET",
        "/api/ticketing/v1/workflows",
        Access::Authenticated,
    ),
    Policy::new(
        "show_workflow",
        "GET",
        "/api/ticketing/v1/workflows/{name}",
        Access::Authenticated,
    ),
    Policy::new(
        "show_calendar",
        "GET",
        "/api/ticketing/v1/calendars/{district}",
        Access::Authenticated,
    ),
    Policy::new(
        "correct_calendar",
        "PUT",
        "/api/ticketing/v1/calendars/{district}",
        Access::Roles(OPERATORS),
    ),
    Policy::new(
        "show_catalogue",
        "GET",
        "/api/ticketing/v1/catalogues/{district}",
        Access::Authenticated,
    ),
    Policy::new(
        "correct_catalogue",
        "PUT",
        "/api/ticketing/v1/catalogues/{district}",
        Access::Roles(OPERATORS),
    ),
    Policy::new(
        "simulate_dispatch",
        "POST",
        "/api/ticketing/v1/catalogues/simulations",
        Access::Roles(STAFF),
    ),
    Policy::new(
        "list_precedents",
        "GET",
        "/api/ticketing/v1/precedents",
        Access::Roles(STAFF),
    ),
    Policy::new(
        "show_workflow_diagram",
        "GET",
        "/api/ticketing/v1/workflows/{name}/diagram",
        Access::Authenticated,
    ),
    Policy::new(
        "rehearse_workflow",
        "POST",
        "/api/ticketing/v1/workflows/{name}/dry-run",
        Access::Roles(OPERATORS),
    ),
    Policy::new(
        "list_workflow_overrides",
        "GET",
        "/api/ticketing/v1/workflows/{name}/overrides/{district}",
        Access::Authenticated,
    ),
    Policy::new(
        "override_workflow",
        "PUT",
        "/api/ticketing/v1/workflows/{name}/overrides/{district}",
        Access::Roles(&[Role::PlatformOperator]),
    ),
    Policy::new(
        "migrate_orders",
        "POST",
        "/api/ticketing/v1/workflows/{name}/migrations",
        Access::Roles(&[Role::PlatformOperator]),
    ),
];
