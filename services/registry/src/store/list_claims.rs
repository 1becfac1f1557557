//! Reading and writing claims.

use kernel::{ClaimId, ListEntryId, Version};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx};

use super::list_claim::{ActiveModel, Column, Entity};
use crate::domain::list_claim::{Claim, Side};

/// Inserts a claim unless the same two entries have one already; says whether they had none.
pub(crate) async fn insert_claim(tx: &Tx, claim: &Claim) -> Result<bool, StoreError> {
    let taken = OnConflict::column(Column::Seat).do_nothing().to_owned();
    let inserted = Entity::insert(ActiveModel::from(claim))
        .on_conflict(taken)
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Saves a claim over the version before.
pub(crate) async fn save_claim(tx: &Tx, claim: &Claim, seen: Version) -> Result<(), StoreError> {
    store::save_over(
        tx,
        ActiveModel::from(claim),
        Column::Id.eq(claim.id),
        Column::Version.eq(seen),
    )
    .await
}

/// Finds a claim.
pub(crate) async fn find_claim(
    db: &impl ConnectionTrait,
    id: ClaimId,
) -> Result<Option<Claim>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(Claim::try_from).transpose()
}

/// Lists the claims on an entry, which stands on this side of them, the newest first.
pub(crate) async fn list_claims(
    db: &impl ConnectionTrait,
    entry: ListEntryId,
    side: Side,
    after: Option<ClaimId>,
    limit: u64,
) -> Result<Vec<Claim>, StoreError> {
    let column = match side {
        Side::Wanting => Column::WantedId,
        Side::Giving => Column::ResourceId,
    };
    let mut query = Entity::find().filter(column.eq(entry));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit).all(db).await?;
    rows.into_iter().map(Claim::try_from).collect()
}
