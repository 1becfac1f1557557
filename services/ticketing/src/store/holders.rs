//! Who holds a role where, as identity told, with the history that recorded draws need.

use std::collections::BTreeSet;

use ::store::{CHUNK, StoreError, Tx};
use kernel::{AccountId, GrantId, OrgPath, Role};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select,
};

use super::scopes::{scope_of, scopes_above};
use super::tables::holder_scope::{ActiveModel, Column, Entity};
use super::tables::projection;

/// Name of this projection.
const HOLDERS: &str = "holders";
/// End of a grant that still holds.
pub(super) const OPEN: i64 = i64::MAX;

/// Records a grant; the same one again changes nothing.
pub(crate) async fn insert_grant(
    tx: &Tx,
    grant: GrantId,
    account: AccountId,
    role: Role,
    path: &OrgPath,
) -> Result<(), StoreError> {
    let keep = OnConflict::columns([Column::GrantId, Column::ScopeCode])
        .do_nothing()
        .to_owned();
    put_grant(tx, (grant, account, role), path, keep).await
}

/// Records a grant that was left out meanwhile, from now on.
pub(crate) async fn insert_grant_again(
    tx: &Tx,
    grant: GrantId,
    account: AccountId,
    role: Role,
    path: &OrgPath,
) -> Result<(), StoreError> {
    let anew = OnConflict::columns([Column::GrantId, Column::ScopeCode])
        .update_columns([Column::Since, Column::Until])
        .to_owned();
    put_grant(tx, (grant, account, role), path, anew).await
}

async fn put_grant(
    tx: &Tx,
    (grant, account, role): (GrantId, AccountId, Role),
    path: &OrgPath,
    known: OnConflict,
) -> Result<(), StoreError> {
    let since = count_change(tx).await?;
    let rows = scopes_above(path)
        .into_iter()
        .map(|scope_code| ActiveModel {
            grant_id: Set(grant),
            scope_code: Set(scope_code),
            role: Set(role),
            account: Set(account),
            since: Set(since),
            until: Set(OPEN),
        });
    Entity::insert_many(rows)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Ends a grant.
pub(crate) async fn end_grant(tx: &Tx, grant: GrantId) -> Result<(), StoreError> {
    let until = count_change(tx).await?;
    Entity::update_many()
        .col_expr(Column::Until, Expr::value(until))
        .filter(Column::GrantId.eq(grant))
        .filter(Column::Until.eq(OPEN))
        .exec(tx)
        .await?;
    Ok(())
}

/// Follows a node that was moved: those who hold a role at or below it come under the nodes that are above
/// it now. In no more statements than there are levels, however many they are.
pub(crate) async fn move_holders(tx: &Tx, from: &OrgPath, to: &OrgPath) -> Result<(), StoreError> {
    let change = count_change(tx).await?;
    let (before, now) = (scopes_above(from), scopes_above(to));
    let node = scope_of(to);
    let mut theirs = Query::select();
    theirs
        .column(Column::GrantId)
        .from(Entity)
        .and_where(Column::ScopeCode.eq(node.as_str()))
        .and_where(Column::Until.eq(OPEN));
    let left = before.iter().filter(|scope| !now.contains(scope));
    Entity::update_many()
        .col_expr(Column::Until, Expr::value(change))
        .filter(Column::ScopeCode.is_in(left.cloned()))
        .filter(Column::Until.eq(OPEN))
        .filter(Column::GrantId.in_subquery(theirs))
        .exec(tx)
        .await?;
    for scope in now.iter().filter(|scope| !before.contains(scope)) {
        enter(tx, &node, scope, change).await?;
    }
    Ok(())
}

/// Puts those who hold a role at or below a node under one that is above it now.
async fn enter(tx: &Tx, node: &str, scope: &str, since: i64) -> Result<(), StoreError> {
    let mut theirs = Query::select();
    theirs
        .column(Column::GrantId)
        .expr(Expr::val(scope))
        .columns([Column::Role, Column::Account])
        .expr(Expr::val(since))
        .expr(Expr::val(OPEN))
        .from(Entity)
        .and_where(Column::ScopeCode.eq(node))
        .and_where(Column::Until.eq(OPEN));
    // a node that comes back to where it was: the holders of the time between were others
    let again = OnConflict::columns([Column::GrantId, Column::ScopeCode])
        .update_columns([Column::Since, Column::Until])
        .to_owned();
    let columns = [
        Column::GrantId,
        Column::ScopeCode,
        Column::Role,
        Column::Account,
        Column::Since,
        Column::Until,
    ];
    let mut insert = Query::insert();
    insert
        .into_table(Entity)
        .columns(columns)
        .select_from(theirs)
        .map_err(|error| StoreError::Corrupt(error.to_string()))?
        .on_conflict(again);
    tx.execute(&insert).await?;
    Ok(())
}

/// Tells how often the projection has changed.
pub(crate) async fn changes(db: &impl ConnectionTrait) -> Result<i64, StoreError> {
    let row = projection::Entity::find_by_id(HOLDERS).one(db).await?;
    Ok(row.map_or(0, |row| row.changes))
}

/// Lists who held a role in a scope after that many changes.
pub(crate) async fn list_holders(
    db: &impl ConnectionTrait,
    scope: &str,
    role: Role,
    as_of: i64,
) -> Result<Vec<AccountId>, StoreError> {
    let rows = held(scope, role, as_of);
    Ok(rows.into_tuple().all(db).await?)
}

fn held(scope: &str, role: Role, as_of: i64) -> Select<Entity> {
    Entity::find()
        .select_only()
        .column(Column::Account)
        .filter(Column::ScopeCode.eq(scope))
        .filter(Column::Role.eq(role))
        .filter(Column::Since.lte(as_of))
        .filter(Column::Until.gt(as_of))
}

/// Lists which of some accounts held a role in a scope after that many changes.
pub(crate) async fn list_holding(
    db: &impl ConnectionTrait,
    scope: &str,
    role: Role,
    as_of: i64,
    accounts: &[AccountId],
) -> Result<BTreeSet<AccountId>, StoreError> {
    let mut found = BTreeSet::new();
    for some in accounts.chunks(CHUNK) {
        let rows = held(scope, role, as_of).filter(Column::Account.is_in(some.iter().copied()));
        found.extend(rows.into_tuple::<AccountId>().all(db).await?);
    }
    Ok(found)
}

/// Counts a change and returns its number.
pub(super) async fn count_change(tx: &Tx) -> Result<i64, StoreError> {
    let first = projection::ActiveModel {
        name: Set(HOLDERS.to_owned()),
        changes: Set(1),
    };
    let changes = (projection::Entity, projection::Column::Changes);
    let count = OnConflict::column(projection::Column::Name)
        .value(projection::Column::Changes, Expr::col(changes).add(1))
        .to_owned();
    projection::Entity::insert(first)
        .on_conflict(count)
        .exec_without_returning(tx)
        .await?;
    self::changes(tx).await
}
