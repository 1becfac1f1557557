//! Organisations that were moved: who holds what above them follows at once, their orders in batches.

use ::store::{StoreError, Tx};
use kernel::{EventId, OrderId, OrgCode, OrgPath};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::merge_tables::part_scope;
use super::scopes::{list_all_at, scope_of};
use super::tables::relocation;

/// A node that was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relocation {
    /// Event that told of it.
    pub(crate) id: EventId,
    /// The node.
    pub(crate) code: OrgCode,
    /// Its place before.
    pub(crate) from: OrgPath,
    /// Its place since.
    pub(crate) to: OrgPath,
    /// The last order that has followed.
    pub(crate) after: Option<OrderId>,
}

/// Remembers a move until its orders have followed.
pub(crate) async fn insert_relocation(tx: &Tx, moved: &Relocation) -> Result<(), StoreError> {
    let row = relocation::ActiveModel {
        id: Set(moved.id),
        code: Set(moved.code.clone()),
        from_path: Set(moved.from.clone()),
        to_path: Set(moved.to.clone()),
        after: Set(moved.after),
    };
    let known = OnConflict::column(relocation::Column::Id)
        .do_nothing()
        .to_owned();
    relocation::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Finds the move that came first.
pub(crate) async fn find_oldest(
    db: &impl ConnectionTrait,
) -> Result<Option<Relocation>, StoreError> {
    let row = relocation::Entity::find()
        .order_by_asc(relocation::Column::Id)
        .limit(1)
        .one(db)
        .await?;
    Ok(row.map(|row| Relocation {
        id: row.id,
        code: row.code,
        from: row.from_path,
        to: row.to_path,
        after: row.after,
    }))
}

/// Lists the next orders at or below a node that was moved.
pub(crate) async fn list_following(
    db: &impl ConnectionTrait,
    moved: &Relocation,
    limit: u64,
) -> Result<Vec<OrderId>, StoreError> {
    let scope = scope_of(&moved.to);
    let mut found = list_all_at(db, &scope, None, moved.after, limit).await?;
    // orders of which a unit there has a part
    let mut assisted = part_scope::Entity::find()
        .select_only()
        .distinct()
        .column(part_scope::Column::OrderId)
        .filter(part_scope::Column::ScopeCode.eq(scope.as_str()))
        .order_by_asc(part_scope::Column::OrderId)
        .limit(limit);
    if let Some(after) = moved.after {
        assisted = assisted.filter(part_scope::Column::OrderId.gt(after));
    }
    found.extend(assisted.into_tuple::<OrderId>().all(db).await?);
    found.sort_unstable();
    found.dedup();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Remembers how far the orders have followed.
pub(crate) async fn save_progress(
    tx: &Tx,
    moved: &Relocation,
    after: OrderId,
) -> Result<(), StoreError> {
    relocation::Entity::update_many()
        .col_expr(relocation::Column::After, Expr::value(after))
        .filter(relocation::Column::Id.eq(moved.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets a move whose orders have all followed.
pub(crate) async fn delete_relocation(tx: &Tx, moved: &Relocation) -> Result<(), StoreError> {
    relocation::Entity::delete_by_id(moved.id).exec(tx).await?;
    Ok(())
}
