//! Orders, attachments, publications, statistics.

use kernel::Role;

use crate::{Access, Policy};

/// Who runs the platform of a district or of the city.
const OPERATORS: &[Role] = &[Role::DistrictOperator, Role::PlatformOperator];

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
        "show_draw",
        "GET",
        "/api/ticketing/v1/orders/{id}/draw",
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
        "import_orders",
        "POST",
        "/api/ticketing/v1/orders/imports",
        Access::Roles(OPERATORS),
    ),
    Policy::new(
        "attach_photo",
        "POST",
        "/api/ticketing/v1/orders/{id}/attachments",
        Access::Authenticated,
    ),
    Policy::new(
        "list_attachments",
        "GET",
        "/api/ticketing/v1/orders/{id}/attachments",
        Access::Authenticated,
    ),
    Policy::new(
        "show_attachment",
        "GET",
        "/api/ticketing/v1/orders/{id}/attachments/{attachment_id}",
        Access::Authenticated,
    ),
    Policy::new(
        "show_publication",
        "GET",
        "/api/ticketing/v1/publications/{id}",
        Access::Public,
    ),
    Policy::new(
        "show_publication_feed",
        "GET",
        "/api/ticketing/v1/publications.atom",
        Access::Public,
    ),
    Policy::new(
        "show_statistics",
        "GET",
        "/api/ticketing/v1/statistics",
        Access::Roles(STAFF),
    ),
];
