//! What grants say of their place, as long as that is not proved: a grant's path is what its granter wrote, and where
//! an organisation is only registry tells.

use ::store::{StoreError, Tx};
use kernel::{AccountId, EventId, GrantId, OrgCode, OrgPath, Role, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::holders::{OPEN, count_change};
use super::orgs::rebased;
use super::tables::grant_claim::{ActiveModel, Column, Entity, Model};
use super::tables::{holder_scope, org_move};

/// Claims looked at together.
const PAGE: u64 = 500;

/// A grant whose place is not proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantClaim {
    /// The grant.
    pub(crate) grant: GrantId,
    /// Who has it.
    pub(crate) account: AccountId,
    /// The role.
    pub(crate) role: Role,
    /// Where it says that it is.
    pub(crate) path: OrgPath,
    /// Whether its holder counts as one there meanwhile: nothing is known that says otherwise.
    pub(crate) entered: bool,
}

impl From<Model> for GrantClaim {
    fn from(row: Model) -> Self {
        Self {
            grant: row.grant_id,
            account: row.account,
            role: row.role,
            path: row.path,
            entered: row.entered,
        }
    }
}

/// Keeps a claim; what was known of the grant before is replaced.
pub(crate) async fn save_claim(tx: &Tx, claim: &GrantClaim) -> Result<(), StoreError> {
    let row = ActiveModel {
        grant_id: Set(claim.grant),
        account: Set(claim.account),
        role: Set(claim.role),
        path: Set(claim.path.clone()),
        entered: Set(claim.entered),
    };
    let replace = OnConflict::column(Column::GrantId)
        .update_columns([Column::Path, Column::Entered])
        .to_owned();
    Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets a claim: it is proved, or its grant has ended.
pub(crate) async fn delete_claim(tx: &Tx, grant: GrantId) -> Result<(), StoreError> {
    Entity::delete_by_id(grant).exec(tx).await?;
    Ok(())
}

fn within(place: &OrgPath) -> Condition {
    Condition::all()
        .add(Column::Path.gte(place.as_str()))
        .add(Column::Path.lt(place.range_end()))
}

/// Lists claims at or below a place whose holders do not count, behind a grant: one page.
pub(crate) async fn list_waiting(
    tx: &Tx,
    place: &OrgPath,
    after: Option<GrantId>,
) -> Result<Vec<GrantClaim>, StoreError> {
    let mut query = Entity::find()
        .filter(within(place))
        .filter(Column::Entered.eq(false))
        .order_by_asc(Column::GrantId)
        .limit(PAGE);
    if let Some(after) = after {
        query = query.filter(Column::GrantId.gt(after));
    }
    let rows = query.all(tx).await?;
    Ok(rows.into_iter().map(GrantClaim::from).collect())
}

/// Lets nobody count as a holder at or below a node whose claim has the node elsewhere than it is.
pub(crate) async fn refute(tx: &Tx, code: &OrgCode, place: &OrgPath) -> Result<(), StoreError> {
    let elsewhere = Condition::any()
        .add(Column::Path.lt(place.as_str()))
        .add(Column::Path.gte(place.range_end()));
    let refuted = Entity::update_many()
        .col_expr(Column::Entered, Expr::val(false))
        .filter(Column::Entered.eq(true))
        .filter(elsewhere.clone())
        .filter(Column::GrantId.in_subquery(open_at(code)))
        .exec(tx)
        .await?;
    if refuted.rows_affected == 0 {
        return Ok(());
    }
    let until = count_change(tx).await?;
    let there: Vec<GrantId> = Entity::find()
        .select_only()
        .column(Column::GrantId)
        .filter(Column::Entered.eq(false))
        .filter(elsewhere)
        .filter(Column::GrantId.in_subquery(open_at(code)))
        .into_tuple()
        .all(tx)
        .await?;
    for chunk in there.chunks(::store::CHUNK) {
        holder_scope::Entity::update_many()
            .col_expr(holder_scope::Column::Until, Expr::val(until))
            .filter(holder_scope::Column::GrantId.is_in(chunk.iter().copied()))
            .filter(holder_scope::Column::Until.eq(OPEN))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Selects the grants that count at or below a node.
fn open_at(code: &OrgCode) -> SelectStatement {
    Query::select()
        .column(holder_scope::Column::GrantId)
        .from(holder_scope::Entity)
        .and_where(holder_scope::Column::ScopeCode.eq(code.as_str()))
        .and_where(holder_scope::Column::Until.eq(OPEN))
        .to_owned()
}

/// Follows a node that was moved: claims at or below its place before are about the place where it is now, as in
/// identity.
pub(crate) async fn rebase_claims(tx: &Tx, from: &OrgPath, to: &OrgPath) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Path, rebased(Column::Path, from, to))
        .filter(within(from))
        .exec(tx)
        .await?;
    Ok(())
}

/// Remembers a move: grants that were made before identity had heard of it have the old place.
pub(crate) async fn insert_move(
    tx: &Tx,
    id: EventId,
    from: &OrgPath,
    to: &OrgPath,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = org_move::ActiveModel {
        id: Set(id),
        from_path: Set(from.clone()),
        to_path: Set(to.clone()),
        at: Set(at),
    };
    let known = OnConflict::column(org_move::Column::Id)
        .do_nothing()
        .to_owned();
    org_move::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Finds where a place of then is by now, by the moves since.
pub(crate) async fn place_by_now(
    tx: &Tx,
    mut place: OrgPath,
    then: Timestamp,
) -> Result<OrgPath, StoreError> {
    let moves = org_move::Entity::find()
        .filter(org_move::Column::At.gte(then))
        .order_by_asc(org_move::Column::At)
        .order_by_asc(org_move::Column::Id)
        .all(tx)
        .await?;
    for moved in moves {
        if let Some(now) = place.rebased(&moved.from_path, &moved.to_path) {
            place = now;
        }
    }
    Ok(place)
}
