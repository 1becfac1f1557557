//! The copy of identity's exclusions in a service's database.

use std::collections::BTreeSet;

use kernel::{AccountId, Exclusion, ExclusionId, Exclusions, OrgCode};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use store::{CHUNK, StoreError, Tx};

use self::row::{Column, Entity, Model};

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

impl Model {
    fn meant(self) -> Option<(AccountId, Exclusion)> {
        let exclusion = Exclusion::about(self.organisation, self.person)?;
        Some((self.account, exclusion))
    }
}

/// Remembers an exclusion; the same one again changes nothing.
pub(crate) async fn insert(
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
    let known = OnConflict::column(Column::Id).do_nothing().to_owned();
    Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets an exclusion that ended.
pub(crate) async fn delete(tx: &Tx, id: ExclusionId) -> Result<(), StoreError> {
    Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Lists what an account keeps out of: a hundred at most, as identity holds.
///
/// # Errors
/// The database is out of reach.
pub async fn list_of(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Exclusions, StoreError> {
    let own = Entity::find().filter(Column::Account.eq(account));
    let rows = own.all(db).await?.into_iter();
    Ok(rows
        .filter_map(Model::meant)
        .map(|(_, exclusion)| exclusion)
        .collect())
}

/// Lists who keeps out of these persons' or organisations' matters, and of which.
///
/// # Errors
/// The database is out of reach.
pub async fn list_about(
    db: &impl ConnectionTrait,
    persons: BTreeSet<AccountId>,
    organisations: BTreeSet<OrgCode>,
) -> Result<Vec<(AccountId, Exclusion)>, StoreError> {
    let mut rows: Vec<Model> = Vec::new();
    for chunk in Vec::from_iter(persons).chunks(CHUNK) {
        let meant = Column::Person.is_in(chunk.iter().copied());
        rows.extend(Entity::find().filter(meant).all(db).await?);
    }
    for chunk in Vec::from_iter(organisations).chunks(CHUNK) {
        let meant = Column::Organisation.is_in(chunk.iter().cloned());
        rows.extend(Entity::find().filter(meant).all(db).await?);
    }
    Ok(rows.into_iter().filter_map(Model::meant).collect())
}
