//! Who holds a role where, as identity told, with the history that recorded draws need.

use ::store::{StoreError, Tx};
use kernel::{AccountId, GrantId, OrgPath, Role};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
};

use super::scopes::scopes_above;
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
    let keep = OnConflict::columns([Column::GrantId, Column::ScopeCode])
        .do_nothing()
        .to_owned();
    Entity::insert_many(rows)
        .on_conflict(keep)
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
    Ok(Entity::find()
        .select_only()
        .column(Column::Account)
        .filter(Column::ScopeCode.eq(scope))
        .filter(Column::Role.eq(role))
        .filter(Column::Since.lte(as_of))
        .filter(Column::Until.gt(as_of))
        .into_tuple()
        .all(db)
        .await?)
}

/// Counts a change and returns its number.
async fn count_change(tx: &Tx) -> Result<i64, StoreError> {
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
