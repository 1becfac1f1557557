//! The inbox of the person who asks.

use crate::{Access, Policy};

/// Rows of notifications.
pub(crate) const POLICIES: &[Policy] = &[Policy::new(
    "list_messages",
    "GET",
    "/api/notifications/v1/inbox",
    Access::Authenticated,
)];
