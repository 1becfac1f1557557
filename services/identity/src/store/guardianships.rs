//! Guardianships.

use kernel::{AccountId, GuardianshipId, Version};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
};
use store::{StoreError, Tx};

use super::corrupt;
use crate::domain::{Guardianship, GuardianshipState};

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guardianship")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::GuardianshipId,
        pub minor_id: kernel::AccountId,
        pub guardian_id: kernel::AccountId,
        pub state: String,
        pub ends_at: kernel::Timestamp,
        pub claimed_at: kernel::Timestamp,
        pub decided_by: Option<kernel::AccountId>,
        pub version: kernel::Version,
        pub end_reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<row::Model> for Guardianship {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let mut states = GuardianshipState::ALL.into_iter();
        let state = states.find(|state| state.as_str() == row.state);
        Ok(Self {
            id: row.id,
            minor: row.minor_id,
            guardian: row.guardian_id,
            state: state.ok_or_else(|| corrupt("guardianship.state", &row.state))?,
            ends_at: row.ends_at,
            claimed_at: row.claimed_at,
            decided_by: row.decided_by,
            version: row.version,
        })
    }
}

/// Inserts a claim.
pub(crate) async fn insert(tx: &Tx, guardianship: &Guardianship) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(guardianship.id),
        minor_id: Set(guardianship.minor),
        guardian_id: Set(guardianship.guardian),
        state: Set(guardianship.state.as_str().to_owned()),
        ends_at: Set(guardianship.ends_at),
        claimed_at: Set(guardianship.claimed_at),
        decided_by: Set(guardianship.decided_by),
        version: Set(guardianship.version),
        end_reason: Set(None),
    };
    row::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Saves a step of a guardianship that had the version `before`, and why staff ended it.
pub(crate) async fn save(
    tx: &Tx,
    guardianship: &Guardianship,
    before: Version,
    end_reason: Option<&str>,
) -> Result<(), StoreError> {
    let changed = row::ActiveModel {
        end_reason: end_reason.map_or(NotSet, |reason| Set(Some(reason.to_owned()))),
        state: Set(guardianship.state.as_str().to_owned()),
        decided_by: Set(guardianship.decided_by),
        version: Set(guardianship.version),
        ..Default::default()
    };
    store::save_over(
        tx,
        changed,
        row::Column::Id.eq(guardianship.id),
        row::Column::Version.eq(before),
    )
    .await
}

/// Finds a guardianship.
pub(crate) async fn find(tx: &Tx, id: GuardianshipId) -> Result<Option<Guardianship>, StoreError> {
    let row = row::Entity::find_by_id(id).one(tx).await?;
    row.map(Guardianship::try_from).transpose()
}

/// Lists the guardianships of a child, oldest first.
pub(crate) async fn list_of_minor(
    tx: &Tx,
    minor: AccountId,
) -> Result<Vec<Guardianship>, StoreError> {
    list(tx, row::Column::MinorId, minor).await
}

/// Lists the guardianships of a guardian, oldest first.
pub(crate) async fn list_of_guardian(
    tx: &Tx,
    guardian: AccountId,
) -> Result<Vec<Guardianship>, StoreError> {
    list(tx, row::Column::GuardianId, guardian).await
}

async fn list(
    tx: &Tx,
    column: row::Column,
    account: AccountId,
) -> Result<Vec<Guardianship>, StoreError> {
    let rows = row::Entity::find()
        .filter(column.eq(account))
        .order_by_asc(row::Column::Id)
        .all(tx)
        .await?;
    rows.into_iter().map(Guardianship::try_from).collect()
}
