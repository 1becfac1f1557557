//! Requests to see a contact in clear.

use kernel::{ContactId, OrgPath, RevealId, Timestamp, TypedId, Version};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::{corrupt, relocations};
use crate::domain::{Reveal, RevealState};

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reveal")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::RevealId,
        pub contact_id: kernel::ContactId,
        pub org_path: kernel::OrgPath,
        pub fields: String,
        pub reason: String,
        pub state: String,
        pub requested_by: kernel::AccountId,
        pub requested_at: kernel::Timestamp,
        pub decided_by: Option<kernel::AccountId>,
        pub decided_at: Option<kernel::Timestamp>,
        pub ends_at: kernel::Timestamp,
        pub version: kernel::Version,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<row::Model> for Reveal {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let mut states = RevealState::ALL.into_iter();
        let state = states.find(|state| state.as_str() == row.state);
        Ok(Self {
            id: row.id,
            contact: row.contact_id,
            path: row.org_path,
            fields: serde_json::from_str(&row.fields)
                .map_err(|error| corrupt("reveal.fields", error))?,
            reason: row.reason,
            state: state.ok_or_else(|| corrupt("reveal.state", &row.state))?,
            requested_by: row.requested_by,
            requested_at: row.requested_at,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            ends_at: row.ends_at,
            version: row.version,
        })
    }
}

/// Inserts a request.
pub(crate) async fn insert(tx: &Tx, reveal: &Reveal) -> Result<(), StoreError> {
    let fields = serde_json::to_string(&reveal.fields);
    let row = row::ActiveModel {
        id: Set(reveal.id),
        contact_id: Set(reveal.contact),
        org_path: Set(reveal.path.clone()),
        fields: Set(fields.map_err(|error| corrupt("reveal.fields", error))?),
        reason: Set(reveal.reason.clone()),
        state: Set(reveal.state.as_str().to_owned()),
        requested_by: Set(reveal.requested_by),
        requested_at: Set(reveal.requested_at),
        decided_by: Set(reveal.decided_by),
        decided_at: Set(reveal.decided_at),
        ends_at: Set(reveal.ends_at),
        version: Set(reveal.version),
    };
    row::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a request.
pub(crate) async fn find(tx: &Tx, id: RevealId) -> Result<Option<Reveal>, StoreError> {
    let row = row::Entity::find_by_id(id).one(tx).await?;
    row.map(Reveal::try_from).transpose()
}

/// Saves the decision on a request that had the version `before`.
pub(crate) async fn save(tx: &Tx, reveal: &Reveal, before: Version) -> Result<(), StoreError> {
    let changed = row::ActiveModel {
        state: Set(reveal.state.as_str().to_owned()),
        decided_by: Set(reveal.decided_by),
        decided_at: Set(reveal.decided_at),
        ends_at: Set(reveal.ends_at),
        version: Set(reveal.version),
        ..Default::default()
    };
    store::save_over(
        tx,
        changed,
        row::Column::Id.eq(reveal.id),
        row::Column::Version.eq(before),
    )
    .await
}

/// Lists requests at or below these places that wait for a decision, oldest first, behind `after`.
pub(crate) async fn list_pending(
    tx: &Tx,
    places: &[OrgPath],
    now: Timestamp,
    after: Option<RevealId>,
    limit: u64,
) -> Result<Vec<Reveal>, StoreError> {
    // few wait at a time, and the rest is marked: the places need no index
    let mut within = Condition::any();
    for place in places {
        within = within.add(row::Column::OrgPath.starts_with(place.as_str()));
    }
    let mut page = row::Entity::find()
        .filter(row::Column::State.eq(RevealState::Pending.as_str()))
        .filter(row::Column::EndsAt.gt(now))
        .filter(within)
        .order_by_asc(row::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        page = page.filter(row::Column::Id.gt(after));
    }
    let rows = page.all(tx).await?;
    rows.into_iter().map(Reveal::try_from).collect()
}

/// Lists requests to see any of these contacts, newest first.
pub(crate) async fn list_of_contacts(
    tx: &Tx,
    contacts: &[ContactId],
    limit: u64,
) -> Result<Vec<Reveal>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::ContactId.is_in(contacts.iter().copied()))
        .order_by_desc(row::Column::Id)
        .limit(limit)
        .all(tx)
        .await?;
    rows.into_iter().map(Reveal::try_from).collect()
}

/// Refuses what nobody decided in time; returns how many.
pub(crate) async fn refuse_lapsed(tx: &Tx, now: Timestamp) -> Result<u64, StoreError> {
    let refused = row::Entity::update_many()
        .set(row::ActiveModel {
            state: Set(RevealState::Refused.as_str().to_owned()),
            ..Default::default()
        })
        .filter(row::Column::State.eq(RevealState::Pending.as_str()))
        .filter(row::Column::EndsAt.lte(now))
        .exec(tx)
        .await?;
    Ok(refused.rows_affected)
}

/// Lists requests behind `after` with their places.
pub(super) async fn list_places(
    tx: &Tx,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<(Uuid, OrgPath)>, StoreError> {
    let (id, path) = (row::Column::Id, row::Column::OrgPath);
    relocations::places(tx, row::Entity::find(), id, path, (after, limit)).await
}

/// Gives a request its new place.
pub(super) async fn relocate(tx: &Tx, id: RevealId, place: &OrgPath) -> Result<(), StoreError> {
    let id = (row::Column::Id, id.uuid());
    relocations::set_path::<row::Entity>(tx, id, row::Column::OrgPath, place).await
}
