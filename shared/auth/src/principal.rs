//! Who is calling and where they may act.

use kernel::{AccountId, OrgPath, Role, SessionId};
use serde::{Deserialize, Serialize};

/// A role within a part of the organisation tree (授权).
///
/// Field names are short because every request carries them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// What the holder may act as.
    #[serde(rename = "r")]
    pub role: Role,
    /// Where: this node and everything below it.
    #[serde(rename = "p")]
    pub path: OrgPath,
    /// For which categories of orders; none named means all.
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

impl Grant {
    /// Makes a grant for all categories.
    #[must_use]
    pub fn new(role: Role, path: OrgPath) -> Self {
        Self {
            role,
            path,
            categories: Vec::new(),
        }
    }

    /// Says whether the place lies within the grant.
    #[must_use]
    pub fn covers(&self, place: &OrgPath) -> bool {
        self.path.contains(place)
    }

    /// Says whether the category lies within the grant; what has no category is everyone's.
    #[must_use]
    pub fn covers_category(&self, category: Option<&str>) -> bool {
        match category {
            Some(category) if !self.categories.is_empty() => {
                self.categories.iter().any(|granted| granted == category)
            }
            _ => true,
        }
    }
}

/// An account that has shown who it is (主体).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The account.
    pub account: AccountId,
    /// Its session.
    pub session: SessionId,
    /// What it may act as, and where.
    pub grants: Vec<Grant>,
}

impl Principal {
    /// Says whether the principal has the role anywhere.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// Says whether the principal has any of the roles anywhere.
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        self.grants.iter().any(|grant| roles.contains(&grant.role))
    }

    /// Says whether the principal has the role at this place.
    #[must_use]
    pub fn holds(&self, role: Role, place: &OrgPath) -> bool {
        self.holds_any(&[role], place)
    }

    /// Says whether the principal has any of the roles at this place.
    #[must_use]
    pub fn holds_any(&self, roles: &[Role], place: &OrgPath) -> bool {
        self.grants
            .iter()
            .any(|grant| roles.contains(&grant.role) && grant.covers(place))
    }

    /// Says whether the principal has any of the roles at this place for this category.
    #[must_use]
    pub fn holds_any_for(&self, roles: &[Role], place: &OrgPath, category: Option<&str>) -> bool {
        self.grants.iter().any(|grant| {
            roles.contains(&grant.role) && grant.covers(place) && grant.covers_category(category)
        })
    }

    /// Lists the roles at this place, each once, in the order of [`Role::ALL`].
    #[must_use]
    pub fn roles_at(&self, place: &OrgPath) -> Vec<Role> {
        let mut roles: Vec<Role> = self
            .grants
            .iter()
            .filter(|grant| grant.covers(place))
            .map(|grant| grant.role)
            .collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// Lists the places where the principal has any of the roles: the fewest paths that cover them all.
    #[must_use]
    pub fn paths_of(&self, roles: &[Role]) -> Vec<OrgPath> {
        let mut paths: Vec<OrgPath> = Vec::new();
        for grant in &self.grants {
            if !roles.contains(&grant.role) || paths.iter().any(|path| path.contains(&grant.path)) {
                continue;
            }
            paths.retain(|path| !grant.path.contains(path));
            paths.push(grant.path.clone());
        }
        paths.sort_unstable();
        paths
    }
}
