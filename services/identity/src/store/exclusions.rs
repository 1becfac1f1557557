//! Exclusions.

use kernel::{AccountId, ExclusionId, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use store::{StoreError, Tx, affected_one};

use super::corrupt;
use crate::domain::{About, Exclusion};

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "exclusion")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ExclusionId,
        pub account_id: kernel::AccountId,
        pub organisation: Option<kernel::OrgCode>,
        pub person_id: Option<kernel::AccountId>,
        pub reason: String,
        pub created_by: kernel::AccountId,
        pub created_at: kernel::Timestamp,
        pub ended_by: Option<kernel::AccountId>,
        pub ended_at: Option<kernel::Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<row::Model> for Exclusion {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let about = About::one_of(row.organisation, row.person_id);
        Ok(Self {
            id: row.id,
            account: row.account_id,
            about: about.ok_or_else(|| corrupt("exclusion", "about nothing"))?,
            reason: row.reason,
            created_by: row.created_by,
            created_at: row.created_at,
        })
    }
}

/// Inserts an exclusion.
pub(crate) async fn insert(tx: &Tx, exclusion: &Exclusion) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(exclusion.id),
        account_id: Set(exclusion.account),
        organisation: Set(exclusion.about.organisation().cloned()),
        person_id: Set(exclusion.about.person()),
        reason: Set(exclusion.reason.clone()),
        created_by: Set(exclusion.created_by),
        created_at: Set(exclusion.created_at),
        ended_by: Set(None),
        ended_at: Set(None),
    };
    row::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Ends an exclusion.
pub(crate) async fn end(
    tx: &Tx,
    id: ExclusionId,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let ended = row::Entity::update_many()
        .set(row::ActiveModel {
            ended_by: Set(Some(by)),
            ended_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    affected_one(ended.rows_affected)
}

/// Lists the exclusions of an account that count, oldest first.
pub(crate) async fn list(tx: &Tx, account: AccountId) -> Result<Vec<Exclusion>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::EndedAt.is_null())
        .order_by_asc(row::Column::Id)
        .all(tx)
        .await?;
    rows.into_iter().map(Exclusion::try_from).collect()
}
