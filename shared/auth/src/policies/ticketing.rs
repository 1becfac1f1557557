//! Orders, attachments, publications, statistics.

use crate::{Access, Policy};

/// Rows of ticketing.
pub(crate) const POLICIES: &[Policy] = &[
    Policy::new(
        "open_order",
        "POST",
        "/api/ticketing/v1/orders",
        Access::Authenticated,
    ),
    Policy::new(
        "list_orders",
        "GET",
        "/api/ticketing/v1/orders",
        Access::Authenticated,
    ),
    Policy::new(
        "show_order",
        "GET",
        "/api/ticketing/v1/orders/{id}",
        Access::Authenticated,
    ),
    Policy::new(
        "show_timeline",
        "GET",
        "/api/ticketing/v1/orders/{id}/timeline",
        Access::Authenticated,
    ),
    Policy::new(
        "act_on_order",
        "POST",
        "/api/ticketing/v1/orders/{id}/actions/{action}",
        Access::Authenticated,
    ),
    Policy::new(
        "list_publications",
        "GET",
        "/api/ticketing/v1/publications",
        Access::Public,
    ),
    Policy::new(
        "show_statistics",
        "GET",
        "/api/ticketing/v1/statistics",
        Access::Authenticated,
    ),
];
