//! Photos of orders: what the database knows of them.

use ::store::{StoreError, Tx};
use kernel::{AccountId, AttachmentId, Named, OrderId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::count;
use super::result_tables::attachment::{ActiveModel, Column, Entity, Model};
use crate::domain::photo::PhotoKind;

/// A photo of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attachment {
    /// The photo; its bytes lie in the blob folder under the same id.
    pub(crate) id: AttachmentId,
    /// The order.
    pub(crate) order_id: OrderId,
    /// Who attached it.
    pub(crate) account: AccountId,
    /// The round in which it was attached.
    pub(crate) round: u32,
    /// What it is.
    pub(crate) kind: PhotoKind,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Width in pixels.
    pub(crate) width: u32,
    /// Height in pixels.
    pub(crate) height: u32,
    /// SHA-256 in hex.
    pub(crate) digest: String,
    /// When it was attached.
    pub(crate) at: Timestamp,
    /// The merged order from which it came (并案).
    pub(crate) came_from: Option<OrderId>,
}

/// Inserts a photo.
pub(crate) async fn insert_attachment(tx: &Tx, attachment: &Attachment) -> Result<(), StoreError> {
    let row = ActiveModel {
        id: Set(attachment.id),
        order_id: Set(attachment.order_id),
        account: Set(attachment.account),
        round: Set(i64::from(attachment.round)),
        kind: Set(attachment.kind.name().to_owned()),
        size: Set(i64::try_from(attachment.size).unwrap_or(i64::MAX)),
        width: Set(i64::from(attachment.width)),
        height: Set(i64::from(attachment.height)),
        digest: Set(attachment.digest.clone()),
        at: Set(attachment.at),
        came_from: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Counts which of these are attachments of an order.
pub(crate) async fn count_of_order(
    db: &impl ConnectionTrait,
    order: OrderId,
    ids: &[AttachmentId],
) -> Result<u64, StoreError> {
    Ok(Entity::find()
        .filter(Column::OrderId.eq(order))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .count(db)
        .await?)
}

/// Counts the photos of an order.
pub(crate) async fn count_attachments(
    db: &impl ConnectionTrait,
    order: OrderId,
) -> Result<u64, StoreError> {
    Ok(Entity::find()
        .filter(Column::OrderId.eq(order))
        .count(db)
        .await?)
}

/// Lists the photos of an order, oldest first.
pub(crate) async fn list_attachments(
    db: &impl ConnectionTrait,
    order: OrderId,
    limit: u64,
) -> Result<Vec<Attachment>, StoreError> {
    let rows = Entity::find()
        .filter(Column::OrderId.eq(order))
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Finds a photo of an order.
pub(crate) async fn find_attachment(
    db: &impl ConnectionTrait,
    order: OrderId,
    id: AttachmentId,
) -> Result<Option<Attachment>, StoreError> {
    let row = Entity::find_by_id(id)
        .filter(Column::OrderId.eq(order))
        .one(db)
        .await?;
    row.map(from_row).transpose()
}

/// Counts the photos that somebody attached to an order in one round.
pub(crate) async fn count_photos(
    db: &impl ConnectionTrait,
    order: OrderId,
    account: AccountId,
    round: u32,
) -> Result<u32, StoreError> {
    let photos = Entity::find()
        .filter(Column::OrderId.eq(order))
        .filter(Column::Account.eq(account))
        .filter(Column::Round.eq(i64::from(round)))
        .count(db)
        .await?;
    Ok(u32::try_from(photos).unwrap_or(u32::MAX))
}

fn from_row(row: Model) -> Result<Attachment, StoreError> {
    let kind = PhotoKind::from_name(&row.kind)
        .ok_or_else(|| StoreError::Corrupt(format!("attachment kind {:?}", row.kind)))?;
    Ok(Attachment {
        id: row.id,
        order_id: row.order_id,
        account: row.account,
        round: count(row.round)?,
        kind,
        size: count(row.size)?,
        width: count(row.width)?,
        height: count(row.height)?,
        digest: row.digest,
        at: row.at,
        came_from: row.came_from,
    })
}
