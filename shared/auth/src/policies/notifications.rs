//! The inbox of the person who asks.

use crate::{Access, Policy};

/// Rows of notifications: whatever they answer is the caller's own.
pub(crate) const POLICIES: &[Policy] = &[
    Policy::new(
        "list_messages",
        "GET",
        "/api/notifications/v1/inbox",
        Access::Authenticated,
    ),
    Policy::new(
        "count_unread_messages",
        "GET",
        "/api/notifications/v1/inbox/unread-count",
        Access::Authenticated,
    ),
    Policy::new(
        "read_message",
        "POST",
        "/api/notifications/v1/inbox/{id}/read",
        Access::Authenticated,
    ),
    Policy::new(
        "read_all_messages",
        "POST",
        "/api/notifications/v1/inbox/read-all",
        Access::Authenticated,
    ),
    Policy::new(
        "follow_messages",
        "GET",
        "/api/notifications/v1/stream",
        Access::Authenticated,
    ),
];
