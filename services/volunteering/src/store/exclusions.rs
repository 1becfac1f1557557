//! What accounts keep out of, as identity told.

use kernel::{AccountId, ExclusionId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use store::{StoreError, Tx};

use crate::domain::exclusion::{Exclusion, Exclusions};

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "exclusion")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ExclusionId,
        pub account: kernel::AccountId,
        pub organisation: Option<kernel::OrgCode>,
        pub person: Option<kernel::AccountId>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Remembers an exclusion; the same one again changes nothing.
pub(crate) async fn insert_exclusion(
    tx: &Tx,
    id: ExclusionId,
    account: AccountId,
    exclusion: Exclusion,
) -> Result<(), StoreError> {
    let (organisation, person) = match exclusion {
        Exclusion::Organisation(code) => (Some(code), None),
        Exclusion::Person(person) => (None, Some(person)),
    };
    let row = row::ActiveModel {
        id: Set(id),
        account: Set(account),
        organisation: Set(organisation),
        person: Set(person),
    };
    let known = OnConflict::column(row::Column::Id).do_nothing().to_owned();
    row::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets an exclusion that ended.
pub(crate) async fn delete_exclusion(tx: &Tx, id: ExclusionId) -> Result<(), StoreError> {
    row::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Lists what an account keeps out of: a hundred at most, as identity holds.
pub(crate) async fn list_exclusions(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Exclusions, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::Account.eq(account))
        .all(db)
        .await?;
    let exclusions = rows.into_iter().filter_map(|row| {
        let organisation = row.organisation.map(Exclusion::Organisation);
        organisation.or(row.person.map(Exclusion::Person))
    });
    Ok(Exclusions(exclusions.collect()))
}
