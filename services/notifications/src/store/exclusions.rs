//! What accounts keep out of, as identity told.

use std::collections::BTreeSet;

use kernel::{AccountId, ExclusionId, OrgCode};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use store::{CHUNK, StoreError, Tx};

use super::tables::exclusion::{ActiveModel, Column, Entity, Model};
use crate::domain::exclusion::{Exclusion, KeptOut};

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
    let row = ActiveModel {
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
pub(crate) async fn remove(tx: &Tx, id: ExclusionId) -> Result<(), StoreError> {
    Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Lists who keeps out of these persons' or organisations' orders.
pub(crate) async fn list(
    tx: &Tx,
    persons: BTreeSet<AccountId>,
    organisations: BTreeSet<OrgCode>,
) -> Result<KeptOut, StoreError> {
    let mut rows: Vec<Model> = Vec::new();
    for chunk in Vec::from_iter(persons).chunks(CHUNK) {
        let meant = Column::Person.is_in(chunk.iter().copied());
        rows.extend(Entity::find().filter(meant).all(tx).await?);
    }
    for chunk in Vec::from_iter(organisations).chunks(CHUNK) {
        let meant = Column::Organisation.is_in(chunk.iter().cloned());
        rows.extend(Entity::find().filter(meant).all(tx).await?);
    }
    let exclusions = rows.into_iter().filter_map(|row| {
        let organisation = row.organisation.map(Exclusion::Organisation);
        let meant = organisation.or(row.person.map(Exclusion::Person));
        meant.map(|exclusion| (row.account, exclusion))
    });
    Ok(exclusions.collect())
}
