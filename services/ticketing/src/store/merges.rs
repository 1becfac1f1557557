//! Orders that are part of others, and what has gone with them.

use std::collections::HashMap;

use ::store::{StoreError, Tx, Writes};
use kernel::{AccountId, AttachmentId, OrderId, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::merge_tables::order_merge::{ActiveModel, Column, Entity, Model};
use super::result_tables::attachment;
use super::tables::{order_event, vote, work_order};
use super::{from_json, to_json};
use crate::domain::merge::Merge;

/// A merge as it is kept, as long as it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredMerge {
    /// The order that is part of another one.
    pub(crate) order_id: OrderId,
    /// The one that goes on.
    pub(crate) survivor_id: OrderId,
    /// The version that this one had afterwards.
    pub(crate) survivor_seq: i64,
    /// What was changed.
    pub(crate) merge: Merge,
    /// Why they were merged.
    pub(crate) reason: String,
    /// By whom.
    pub(crate) merged_by: AccountId,
    /// When.
    pub(crate) at: Timestamp,
}

/// Remembers a merge.
pub(crate) fn insert_merge(writes: &mut Writes, stored: &StoredMerge) -> Result<(), StoreError> {
    let row = ActiveModel {
        order_id: Set(stored.order_id),
        survivor_id: Set(stored.survivor_id),
        survivor_seq: Set(stored.survivor_seq),
        body: Set(to_json(&stored.merge)?),
        reason: Set(stored.reason.clone()),
        merged_by: Set(stored.merged_by),
        at: Set(stored.at),
    };
    let again = OnConflict::column(Column::OrderId)
        .update_columns([
            Column::SurvivorId,
            Column::SurvivorSeq,
            Column::Body,
            Column::Reason,
            Column::MergedBy,
            Column::At,
        ])
        .to_owned();
    writes.upsert([row], &again);
    Ok(())
}

/// Forgets a merge that was undone.
pub(crate) async fn delete_merge(tx: &Tx, order: OrderId) -> Result<(), StoreError> {
    Entity::delete_by_id(order).exec(tx).await?;
    Ok(())
}

/// Finds the merge by which an order is part of another one.
pub(crate) async fn find_merge(
    db: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Option<StoredMerge>, StoreError> {
    let row = Entity::find_by_id(order).one(db).await?;
    row.map(from_row).transpose()
}

/// Lists the orders that became part of one directly, the oldest first.
pub(crate) async fn list_merges(
    db: &impl ConnectionTrait,
    survivor: OrderId,
    limit: u64,
) -> Result<Vec<StoredMerge>, StoreError> {
    let rows = Entity::find()
        .filter(Column::SurvivorId.eq(survivor))
        .order_by_asc(Column::OrderId)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Counts the orders that became part of one directly.
pub(crate) async fn count_merges(
    db: &impl ConnectionTrait,
    survivor: OrderId,
) -> Result<u64, StoreError> {
    Ok(Entity::find()
        .filter(Column::SurvivorId.eq(survivor))
        .count(db)
        .await?)
}

/// Tells whether an order has taken a step since a version.
pub(crate) async fn has_moved_on(
    db: &impl ConnectionTrait,
    order: OrderId,
    since: i64,
) -> Result<bool, StoreError> {
    let step = order_event::Entity::find()
        .select_only()
        .column(order_event::Column::Seq)
        .filter(order_event::Column::OrderId.eq(order))
        .filter(order_event::Column::Seq.gt(since))
        .filter(order_event::Column::Kind.eq("advanced"))
        .limit(1)
        .into_tuple::<i64>()
        .one(db)
        .await?;
    Ok(step.is_some())
}

/// Takes the photos of an order along to another one.
pub(crate) async fn carry_photos(tx: &Tx, from: OrderId, to: OrderId) -> Result<(), StoreError> {
    attachment::Entity::update_many()
        .col_expr(attachment::Column::OrderId, Expr::value(to))
        .col_expr(attachment::Column::CameFrom, Expr::value(from))
        .filter(attachment::Column::OrderId.eq(from))
        .exec(tx)
        .await?;
    Ok(())
}

/// Brings the photos back that came from an order.
pub(crate) async fn return_photos(tx: &Tx, from: OrderId, to: OrderId) -> Result<(), StoreError> {
    attachment::Entity::update_many()
        .col_expr(attachment::Column::OrderId, Expr::value(to))
        .col_expr(
            attachment::Column::CameFrom,
            Expr::value(Option::<OrderId>::None),
        )
        .filter(attachment::Column::OrderId.eq(from))
        .filter(attachment::Column::CameFrom.eq(to))
        .exec(tx)
        .await?;
    Ok(())
}

/// Moves some photos of an order to another one; returns how many.
pub(crate) async fn move_photos(
    tx: &Tx,
    from: OrderId,
    to: OrderId,
    photos: &[AttachmentId],
) -> Result<u64, StoreError> {
    if photos.is_empty() {
        return Ok(0);
    }
    let moved = attachment::Entity::update_many()
        .col_expr(attachment::Column::OrderId, Expr::value(to))
        .filter(attachment::Column::OrderId.eq(from))
        .filter(attachment::Column::Id.is_in(photos.iter().copied()))
        .exec(tx)
        .await?;
    Ok(moved.rows_affected)
}

/// Counts the votes cast on orders in all their rounds; an order without votes is left out.
pub(crate) async fn count_votes(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, i64>, StoreError> {
    let counted: Vec<(OrderId, i64)> = vote::Entity::find()
        .select_only()
        .column(vote::Column::OrderId)
        .column_as(vote::Column::Account.count(), "votes")
        .filter(vote::Column::OrderId.is_in(orders.iter().copied()))
        .group_by(vote::Column::OrderId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counted.into_iter().collect())
}

/// Finds the order that has a number.
pub(crate) async fn find_numbered(
    db: &impl ConnectionTrait,
    number: &str,
) -> Result<Option<OrderId>, StoreError> {
    Ok(work_order::Entity::find()
        .select_only()
        .column(work_order::Column::Id)
        .filter(work_order::Column::Number.eq(number))
        .into_tuple()
        .one(db)
        .await?)
}

/// Lists the orders that were split off from one, with their numbers, the oldest first.
pub(crate) async fn list_split_off(
    db: &impl ConnectionTrait,
    order: OrderId,
    limit: u64,
) -> Result<Vec<(OrderId, String)>, StoreError> {
    Ok(work_order::Entity::find()
        .select_only()
        .columns([work_order::Column::Id, work_order::Column::Number])
        .filter(work_order::Column::SplitFrom.eq(order))
        .order_by_asc(work_order::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

fn from_row(row: Model) -> Result<StoredMerge, StoreError> {
    Ok(StoredMerge {
        order_id: row.order_id,
        survivor_id: row.survivor_id,
        survivor_seq: row.survivor_seq,
        merge: from_json(&row.body)?,
        reason: row.reason,
        merged_by: row.merged_by,
        at: row.at,
    })
}
