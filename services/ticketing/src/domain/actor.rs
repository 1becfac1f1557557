//! Who acts on an order, and in which capacity.

use std::fmt;
use std::str::FromStr;

use kernel::{AccountId, Named, OrgPath, Role};
use serde::{Deserialize, Serialize};

use super::order::Order;

/// One role that a person holds over a part of the org tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The role.
    pub role: Role,
    /// The part of the org tree that the role covers: this path and everything below.
    pub path: OrgPath,
    /// The categories that the role is limited to; empty means all. A first-level code covers its second level.
    pub categories: Vec<String>,
}

impl Authority {
    /// Tells whether the authority covers an org path and a category.
    #[must_use]
    pub fn covers(&self, path: &OrgPath, category: Option<&str>) -> bool {
        if !self.path.contains(path) {
            return false;
        }
        if self.categories.is_empty() {
            return true;
        }
        category.is_some_and(|code| {
            self.categories
                .iter()
                .any(|allowed| code.starts_with(allowed.as_str()))
        })
    }
}

/// The one who attempts an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    Person {
        /// The person's account.
        account: AccountId,
        /// What the person may do and where.
        authorities: Vec<Authority>,
    },
    /// The platform itself, driven by an event or a schedule.
    System {
        /// The person the event is about, for example the volunteer who claimed the task.
        on_behalf_of: Option<AccountId>,
    },
}

impl Actor {
    /// Returns the person behind the actor, if there is one.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Person { account, .. } => Some(*account),
            Self::System { on_behalf_of } => *on_behalf_of,
        }
    }

    /// Tells whether the person holds one of the roles over a path of an order; no office of the unit that the order
    /// is about counts.
    #[must_use]
    pub fn holding(&self, roles: &[Role], path: &OrgPath, order: &Order) -> Option<Role> {
        let Self::Person { authorities, .. } = self else {
            return None;
        };
        let category = order.category.as_deref();
        let held = |role: &&Role| {
            authorities.iter().any(|authority| {
                authority.role == **role
                    && authority.covers(path, category)
                    && !order.concerns(&authority.path)
            })
        };
        roles.iter().find(held).copied()
    }
}

kernel::named! {
    /// How a person stands to one order, apart from roles.
    #[derive(serde::Serialize)]
    pub enum Relation {
        /// The one who asked (诉求人).
        Requester = "requester",
        /// Whoever filed it for somebody who has no account (代为登记人).
        Filer = "filer",
        /// The one who handles now (承办人).
        Assignee = "assignee",
        /// A resident drawn at random to judge the result (评议人).
        Panel = "panel",
    }
}

/// The capacity in which an action was taken, as the timeline shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Capacity {
    /// By a role with scope.
    Role(Role),
    /// By the relation to the order.
    Relation(Relation),
    /// By the platform.
    System,
}

impl fmt::Display for Capacity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => write!(formatter, "{role}"),
            Self::Relation(relation) => formatter.write_str(relation.name()),
            Self::System => formatter.write_str("system"),
        }
    }
}

impl From<Capacity> for String {
    fn from(capacity: Capacity) -> Self {
        capacity.to_string()
    }
}

/// A text that names no capacity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown capacity {0:?}")]
pub struct UnknownCapacity(String);

impl TryFrom<String> for Capacity {
    type Error = UnknownCapacity;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "system" {
            return Ok(Self::System);
        }
        if let Some(relation) = Relation::from_name(&text) {
            return Ok(Self::Relation(relation));
        }
        Role::from_str(&text)
            .map(Self::Role)
            .map_err(|_| UnknownCapacity(text))
    }
}

/// Who took an action and in which capacity; the account is an id, never a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doer {
    /// The person's account; absent when the platform acted for nobody.
    pub account: Option<AccountId>,
    /// The capacity.
    pub capacity: Capacity,
}
