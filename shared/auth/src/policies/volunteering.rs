//! Tasks that wait for someone to take them.

use crate::{Access, Policy};

/// Rows of volunteering.
pub(crate) const POLICIES: &[Policy] = &[
    Policy::new(
        "list_tasks",
        "GET",
        "/api/volunteering/v1/tasks",
        Access::Authenticated,
    ),
    Policy::new(
        "claim_task",
        "POST",
        "/api/volunteering/v1/tasks/{id}/claim",
        Access::Authenticated,
    ),
    Policy::new(
        "release_task",
        "POST",
        "/api/volunteering/v1/tasks/{id}/release",
        Access::Authenticated,
    ),
    Policy::new(
        "show_task",
        "GET",
        "/api/volunteering/v1/tasks/{id}",
        Access::Authenticated,
    ),
];
