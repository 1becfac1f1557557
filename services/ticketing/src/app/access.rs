//! Who may see an order.

use ::store::StoreError;
use auth::{Ctx, Grant, Principal};
use kernel::{AccountId, OrderId, OrgPath, Role};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;

use crate::domain::actor::{Actor, Authority};
use crate::domain::order::Order;
use crate::store::orders::{StoredOrder, find_order};

/// Roles that work on orders: they see those of their part of the tree.
pub(crate) const STAFF: &[Role] = &[
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

/// Roles that oversee the orders of one workflow at their place, and see no others (业委会监督).
pub(crate) const OVERSEERS: &[(Role, &str)] = &[(Role::OwnersCommittee, "red-property")];

/// Roles that an offered order is open to (接单人).
pub(crate) const HELPERS: &[Role] = &[
    Role::ResidentRepresentative,
    Role::PartyMember,
    Role::Volunteer,
];

/// There is no such order, or the caller may not know of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessError {
    /// It does not exist for the caller.
    #[error("no order {0} for this caller")]
    NotFound(OrderId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for AccessError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound(_) => Fact::new(
                Kind::NotFound,
                "order-not-found",
                "没有这个工单",
                "there is no such order",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// How a caller stands to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Works on it by a role over its place or unit.
    Staff,
    /// Takes part: asked for it, handles it or did, judges it, oversees its workflow.
    Party,
    /// Asked for an order that became part of it (并案诉求人): sees what comes of it, and nobody else's words.
    JointRequester,
    /// May take it over.
    Helper,
    /// May not know of it.
    Stranger,
}

impl Standing {
    /// Finds the strongest standing of a caller.
    pub(crate) fn of(principal: &Principal, order: &Order) -> Self {
        let account = principal.account;
        let works = |grant: &Grant| {
            STAFF.contains(&grant.role) && !order.concerns(&grant.path) && covers(grant, order)
        };
        if principal.grants.iter().any(works) {
            return Self::Staff;
        }
        let takes_part = order.requester == Some(account)
            || order.assignee == Some(account)
            || order.handlers.contains(&account)
            || order.panel.contains(&account)
            || oversees(principal, order);
        if takes_part {
            return Self::Party;
        }
        if order.joint_requesters.contains(&account) {
            return Self::JointRequester;
        }
        let offered = order.task_open && order.assignee.is_none();
        if offered && principal.holds_any(HELPERS, &order.org_path) {
            return Self::Helper;
        }
        Self::Stranger
    }
}

/// Says whether a caller sees who asked for a confidential order: whoever works at its place, not at its unit.
pub(crate) fn knows_who_asked(principal: &Principal, order: &Order) -> bool {
    order.filed_by == Some(principal.account)
        || knows_who_asked_at(principal, order.requester, &order.org_path)
}

/// Says the same of an order of which requester and place are known.
pub(crate) fn knows_who_asked_at(
    principal: &Principal,
    requester: Option<AccountId>,
    place: &OrgPath,
) -> bool {
    requester == Some(principal.account) || principal.holds_any(STAFF, place)
}

/// Says whether a caller oversees the workflow of an order at its place.
fn oversees(principal: &Principal, order: &Order) -> bool {
    principal.grants.iter().any(|grant| {
        OVERSEERS.contains(&(grant.role, order.workflow.as_str()))
            && grant.path.contains(&order.org_path)
            && !order.concerns(&grant.path)
            && within(grant, order.category.as_deref())
    })
}

/// Says whether a grant's categories reach a category.
fn within(grant: &Grant, category: Option<&str>) -> bool {
    let reaches = |code: &str| {
        let mut allowed = grant.categories.iter();
        allowed.any(|allowed| code.starts_with(allowed.as_str()))
    };
    grant.categories.is_empty() || category.is_some_and(reaches)
}

/// Says whether a grant reaches an order by its place or by its unit.
fn covers(grant: &Grant, order: &Order) -> bool {
    let place = grant.path.contains(&order.org_path);
    let unit = order
        .unit_path
        .as_ref()
        .is_some_and(|unit| grant.path.contains(unit))
        // an assisting unit sees the order while its part lasts
        || order.open_parts().any(|part| grant.path.contains(&part.path));
    (place || unit) && within(grant, order.category.as_deref())
}

/// Loads an order that the caller may see.
pub(crate) async fn load_visible(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    id: OrderId,
) -> Result<(StoredOrder, Standing), AccessError> {
    let found = find_order(db, id).await?;
    let stored = found.ok_or(AccessError::NotFound(id))?;
    match Standing::of(&ctx.principal, &stored.order) {
        Standing::Stranger => Err(AccessError::NotFound(id)),
        _ if keeps_out(db, ctx.principal.account, &stored.order).await? => {
            Err(AccessError::NotFound(id))
        }
        standing => Ok((stored, standing)),
    }
}

/// Where an order is: its place, and its unit's if it has one.
pub(crate) fn places_of(order: &Order) -> Vec<&OrgPath> {
    [Some(&order.org_path), order.unit_path.as_ref()]
        .into_iter()
        .flatten()
        .collect()
}

/// Says whether an account keeps out of an order (回避). Nobody keeps out of what they asked for.
pub(crate) async fn keeps_out(
    db: &impl ConnectionTrait,
    account: AccountId,
    order: &Order,
) -> Result<bool, StoreError> {
    if order.requester == Some(account) {
        return Ok(false);
    }
    let exclusions = exclusions::list_of(db, account).await?;
    Ok(exclusions.bar(order.requester, &places_of(order)))
}

/// Describes the caller to the engine.
pub(crate) fn actor_of(principal: &Principal) -> Actor {
    let authorities = principal.grants.iter().map(|grant| Authority {
        role: grant.role,
        path: grant.path.clone(),
        categories: grant.categories.clone(),
    });
    Actor::Person {
        account: principal.account,
        authorities: authorities.collect(),
    }
}
