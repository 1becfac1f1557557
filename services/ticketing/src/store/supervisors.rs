//! Who answers for the nodes above an order, read in two statements however long the ladder is.

use std::collections::BTreeSet;

use ::store::StoreError;
use kernel::{AccountId, OrgPath, Role};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::holders::OPEN;
use super::orgs::list_orgs;
use super::scopes::scope_of;
use super::tables::holder_scope::{Column, Entity};
use crate::domain::ladder::{Rung, supervisor_of};

/// Describes the rungs of a ladder: whether each is still there, and how many hold the role that answers, those left
/// aside who keep out of the order.
pub(crate) async fn list_rungs(
    db: &impl ConnectionTrait,
    ladder: &[OrgPath],
    kept_out: &BTreeSet<AccountId>,
) -> Result<Vec<Rung>, StoreError> {
    let codes: Vec<_> = ladder.iter().filter_map(OrgPath::leaf).collect();
    let orgs = list_orgs(db, &codes).await?;
    let mut rungs: Vec<Rung> = Vec::with_capacity(ladder.len());
    for path in ladder {
        let code = path.leaf();
        let org = orgs.iter().find(|org| Some(&org.code) == code.as_ref());
        rungs.push(Rung {
            kind: match code {
                Some(_) => org.map(|org| org.kind.clone()),
                None => Some(String::new()),
            },
            path: path.clone(),
            holders: 0,
            concerned: false,
        });
    }
    let held = list_held(db, &rungs, kept_out).await?;
    for rung in &mut rungs {
        let role = rung
            .kind
            .as_deref()
            .and_then(|kind| supervisor_of(&rung.path, kind));
        let scope = scope_of(&rung.path);
        let here = |(of, held, _): &&(String, Role, i64)| *of == scope && Some(*held) == role;
        let count = held.iter().find(here).map_or(0, |(_, _, count)| *count);
        rung.holders = u64::try_from(count).unwrap_or(0);
    }
    Ok(rungs)
}

/// Counts who holds a role that answers for one of the rungs, by node and role.
async fn list_held(
    db: &impl ConnectionTrait,
    rungs: &[Rung],
    kept_out: &BTreeSet<AccountId>,
) -> Result<Vec<(String, Role, i64)>, StoreError> {
    let answers = |rung: &Rung| supervisor_of(&rung.path, rung.kind.as_deref()?);
    let mut roles: Vec<Role> = rungs.iter().filter_map(answers).collect();
    roles.sort_unstable();
    roles.dedup();
    let mut held = Entity::find()
        .select_only()
        .columns([Column::ScopeCode, Column::Role])
        .column_as(Column::GrantId.count(), "holders")
        .filter(Column::ScopeCode.is_in(rungs.iter().map(|rung| scope_of(&rung.path))))
        .filter(Column::Role.is_in(roles))
        .filter(Column::Until.eq(OPEN));
    if !kept_out.is_empty() {
        held = held.filter(Column::Account.is_not_in(kept_out.iter().copied()));
    }
    Ok(held
        .group_by(Column::ScopeCode)
        .group_by(Column::Role)
        .into_tuple()
        .all(db)
        .await?)
}
