//! What a caller may grant from, and which grants of others concern them.

use auth::{Ctx, Grant};
use kernel::{OrgPath, Role};
use problem::{Fact, Kind};
use store::{StoreError, Tx};

use crate::domain::{Authority, Beyond, GRANTERS, HeldGrant, Wanted, check_delegation};
use crate::store::grants;

/// Checks that the caller may grant, certify or revoke this, by what the caller holds at this moment:
/// a token does not say when its grants end, and may name a place from before a move.
pub(crate) async fn check(
    tx: &Tx,
    ctx: &Ctx,
    wanted: &Wanted<'_>,
) -> Result<Result<(), Beyond>, StoreError> {
    let held = grants::list_held(tx, &[ctx.principal.account], ctx.now).await?;
    let counting = held.into_iter().filter(|held| held.counts(ctx.now));
    let own: Vec<Authority> = counting
        .map(|held| Authority {
            until: held.period.until,
            grant: Grant {
                role: held.role,
                path: held.path,
                categories: held.categories,
            },
        })
        .collect();
    Ok(check_delegation(&own, wanted))
}

/// What changing a grant would take: the authority to give it, for any time.
pub(crate) fn wanted_for(grant: &HeldGrant) -> Wanted<'_> {
    Wanted {
        role: grant.role,
        path: &grant.path,
        categories: &grant.categories,
        // one that outlasts the own grant may still be ended or certified
        until: Some(kernel::Timestamp::UNIX_EPOCH),
    }
}

/// Says whether the caller may know who holds what at a place.
pub(crate) fn oversees(ctx: &Ctx, place: &OrgPath) -> bool {
    ctx.principal.holds_any(&GRANTERS, place)
}

/// Leaves the grants that the caller may know of.
pub(crate) fn overseen(ctx: &Ctx, grants: Vec<HeldGrant>) -> Vec<HeldGrant> {
    if ctx.principal.holds(Role::SecurityAdmin, &OrgPath::root()) {
        return grants;
    }
    let mut grants = grants;
    grants.retain(|grant| oversees(ctx, &grant.path));
    grants
}

/// What a refusal is to the caller.
pub(crate) fn fact(beyond: Beyond) -> Fact {
    let (slug, zh, en) = match beyond {
        Beyond::Role => (
            "grant-beyond-role",
            "只能授予低于自己的角色",
            "only roles that stand lower than the own one can be granted",
        ),
        Beyond::Place => (
            "grant-beyond-place",
            "只能在本组织及其下级范围内授权",
            "roles can be granted at or below the own place only",
        ),
        Beyond::Categories => (
            "grant-beyond-categories",
            "只能授予自己拥有的工单类别",
            "only the own categories can be granted",
        ),
        Beyond::Time => (
            "grant-beyond-time",
            "授权期限不能超过自己的授权期限",
            "a grant cannot outlast the own one",
        ),
    };
    Fact::new(Kind::Forbidden, slug, zh, en)
}
