//! The table of every operation and who may call it.

use std::collections::HashMap;
use std::sync::LazyLock;

use kernel::Role;

use crate::{Principal, policies};

/// Who may call an operation; the place is checked by the use-case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, signed in or not.
    Public,
    /// Any account.
    Authenticated,
    /// Accounts with one of these roles anywhere.
    Roles(&'static [Role]),
}

impl Access {
    /// Says whether a signed-in caller passes.
    #[must_use]
    pub fn admits(self, principal: &Principal) -> bool {
        match self {
            Self::Public | Self::Authenticated => true,
            Self::Roles(roles) => principal.has_any(roles),
        }
    }
}

/// One operation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Operation id, as in the API document.
    pub operation: &'static str,
    /// HTTP method, in capitals.
    pub method: &'static str,
    /// Path pattern from the root, with `{name}` parts.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

impl Policy {
    /// Makes a row.
    #[must_use]
    pub const fn new(
        operation: &'static str,
        method: &'static str,
        path: &'static str,
        access: Access,
    ) -> Self {
        Self {
            operation,
            method,
            path,
            access,
        }
    }
}

/// Rows by method and pattern.
static TABLE: LazyLock<HashMap<(&'static str, &'static str), &'static Policy>> =
    LazyLock::new(|| {
        all()
            .map(|policy| ((policy.method, policy.path), policy))
            .collect()
    });

/// Rows by operation id.
static BY_OPERATION: LazyLock<HashMap<&'static str, &'static Policy>> =
    LazyLock::new(|| all().map(|policy| (policy.operation, policy)).collect());

/// Finds the row of an operation.
#[must_use]
pub fn find(method: &str, pattern: &str) -> Option<&'static Policy> {
    TABLE.get(&(method, pattern)).copied()
}

/// Finds the row of an operation by its id.
#[must_use]
pub fn named(operation: &str) -> Option<&'static Policy> {
    BY_OPERATION.get(operation).copied()
}

/// Lists every row.
pub fn all() -> impl Iterator<Item = &'static Policy> {
    policies::TABLES.iter().copied().flatten()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{Access, all, find};

    #[test]
    fn every_operation_and_every_route_has_one_row() {
        let mut operations: Vec<_> = all().map(|policy| policy.operation).collect();
        let mut routes: Vec<_> = all().map(|policy| (policy.method, policy.path)).collect();
        let count = operations.len();
        operations.sort_unstable();
        operations.dedup();
        routes.sort_unstable();
        routes.dedup();
        assert_eq!((operations.len(), routes.len()), (count, count));
    }

    #[test]
    fn rows_are_well_formed() {
        for policy in all() {
            assert!(
                ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&policy.method),
                "{policy:?}"
            );
            assert!(
                policy.path.starts_with('/') && !policy.path.ends_with('/'),
                "{policy:?}"
            );
            assert_ne!(policy.access, Access::Roles(&[]), "{policy:?}");
        }
    }

    #[test]
    fn a_row_is_found_by_its_pattern_only() {
        let policy = find("POST", "/api/identity/v1/accounts/{id}/grants").unwrap();
        assert_eq!(policy.operation, "grant_role");
        assert_eq!(find("PUT", "/api/identity/v1/accounts/{id}/grants"), None);
        assert_eq!(find("POST", "/api/identity/v1/accounts/1/grants"), None);
    }
}
