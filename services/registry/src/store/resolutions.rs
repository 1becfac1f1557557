//! Reading and writing resolutions.

use kernel::{MeetingId, Named, ResolutionId, Version};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{CHUNK, StoreError, Tx};

use super::meeting::resolution::{ActiveModel, Column, Entity, Model};
use super::organisation::named;
use crate::domain::meeting::{OrderStanding, Resolution};

/// Most resolutions of a meeting; no more can be passed.
pub(crate) const MOST_RESOLUTIONS: u64 = 100;

impl TryFrom<Model> for Resolution {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let item = u16::try_from(row.item);
        let standing = row.order_number.zip(row.order_state).zip(row.order_version);
        Ok(Self {
            item: item.map_err(|error| StoreError::Corrupt(error.to_string()))?,
            state: named(&row.state)?,
            id: row.id,
            meeting: row.meeting_id,
            title: row.title,
            text: row.text,
            owner: row.owner_code,
            place: row.place_code,
            category: row.category,
            wants_order: row.wants_order,
            order: standing.map(|((number, state), version)| OrderStanding {
                number,
                state,
                version,
                published: row.order_published,
            }),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl From<&Resolution> for ActiveModel {
    fn from(passed: &Resolution) -> Self {
        let order = passed.order.as_ref();
        Self {
            id: Set(passed.id),
            meeting_id: Set(passed.meeting),
            item: Set(i64::from(passed.item)),
            title: Set(passed.title.clone()),
            text: Set(passed.text.clone()),
            owner_code: Set(passed.owner.clone()),
            place_code: Set(passed.place.clone()),
            category: Set(passed.category.clone()),
            wants_order: Set(passed.wants_order),
            state: Set(passed.state.name().to_owned()),
            order_number: Set(order.map(|order| order.number.clone())),
            order_state: Set(order.map(|order| order.state.clone())),
            order_version: Set(order.map(|order| order.version)),
            order_published: Set(order.is_some_and(|order| order.published)),
            version: Set(passed.version),
            created_at: Set(passed.created_at),
            updated_at: Set(passed.updated_at),
        }
    }
}

/// Inserts a resolution.
pub(crate) async fn insert_resolution(tx: &Tx, passed: &Resolution) -> Result<(), StoreError> {
    Entity::insert(ActiveModel::from(passed))
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Saves a resolution over the version before.
pub(crate) async fn save_resolution(
    tx: &Tx,
    passed: &Resolution,
    seen: Version,
) -> Result<(), StoreError> {
    store::save_over(
        tx,
        ActiveModel::from(passed),
        Column::Id.eq(passed.id),
        Column::Version.eq(seen),
    )
    .await
}

/// Finds those of the resolutions that exist, in no particular order.
pub(crate) async fn load_resolutions(
    db: &impl ConnectionTrait,
    ids: &[ResolutionId],
) -> Result<Vec<Resolution>, StoreError> {
    let mut found = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = Entity::find()
            .filter(Column::Id.is_in(chunk.iter().copied()))
            .all(db)
            .await?;
        for row in rows {
            found.push(Resolution::try_from(row)?);
        }
    }
    Ok(found)
}

/// Lists the resolutions of a meeting in the order in which they were passed.
pub(crate) async fn list_resolutions(
    db: &impl ConnectionTrait,
    meeting: MeetingId,
) -> Result<Vec<Resolution>, StoreError> {
    let rows = Entity::find()
        .filter(Column::MeetingId.eq(meeting))
        .order_by_asc(Column::Id)
        .limit(MOST_RESOLUTIONS)
        .all(db)
        .await?;
    rows.into_iter().map(Resolution::try_from).collect()
}
