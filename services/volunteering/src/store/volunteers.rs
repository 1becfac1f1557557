//! Reading and writing volunteers.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{AccountId, Named, OrgPath, Version, VolunteerId};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use store::{CHUNK, StoreError, Tx};

use super::json;
use super::relocations::hold_at;
use super::volunteer::last_number;
use super::volunteer::person::{ActiveModel, Column, Entity, Model};
use crate::domain::volunteer::{Preferences, Proof, Volunteer};

/// What has no column of its own.
#[derive(Serialize, Deserialize)]
struct Facts {
    preferences: Preferences,
    minor_until: Option<Date>,
    proofs: Vec<Proof>,
}

impl TryFrom<Model> for Volunteer {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let Facts {
            preferences,
            minor_until,
            proofs,
        } = json::read(&row.facts)?;
        Ok(Self {
            id: row.id,
            account: row.account,
            number: row.number,
            home: row.home,
            state: json::named(&row.state)?,
            preferences,
            minor_until,
            proofs,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn to_row(volunteer: &Volunteer) -> Result<ActiveModel, StoreError> {
    let facts = Facts {
        preferences: volunteer.preferences.clone(),
        minor_until: volunteer.minor_until,
        proofs: volunteer.proofs.clone(),
    };
    Ok(ActiveModel {
        id: Set(volunteer.id),
        account: Set(volunteer.account),
        number: Set(volunteer.number.clone()),
        home: Set(volunteer.home.clone()),
        state: Set(volunteer.state.name().to_owned()),
        facts: Set(json::write(&facts)?),
        version: Set(volunteer.version),
        created_at: Set(volunteer.created_at),
        updated_at: Set(volunteer.updated_at),
    })
}

fn read(row: Option<Model>) -> Result<Option<Volunteer>, StoreError> {
    row.map(Volunteer::try_from).transpose()
}

/// Finds a volunteer.
pub(crate) async fn find_volunteer(
    db: &impl ConnectionTrait,
    id: VolunteerId,
) -> Result<Option<Volunteer>, StoreError> {
    read(Entity::find_by_id(id).one(db).await?)
}

/// Finds the volunteer of an account.
pub(crate) async fn find_volunteer_of(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<Volunteer>, StoreError> {
    let query = Entity::find().filter(Column::Account.eq(account));
    read(query.one(db).await?)
}

/// Finds a volunteer whom nobody else changes until the transaction ends.
pub(crate) async fn hold_volunteer(
    tx: &Tx,
    id: VolunteerId,
) -> Result<Option<Volunteer>, StoreError> {
    read(Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// Finds the volunteer of an account, whom nobody else changes until the transaction ends.
pub(crate) async fn hold_volunteer_of(
    tx: &Tx,
    account: AccountId,
) -> Result<Option<Volunteer>, StoreError> {
    let query = Entity::find().filter(Column::Account.eq(account));
    read(query.lock_exclusive().one(tx).await?)
}

/// Loads volunteers, the newest first.
pub(crate) async fn load_volunteers(
    db: &impl ConnectionTrait,
    ids: &[VolunteerId],
) -> Result<Vec<Volunteer>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(Volunteer::try_from).collect()
}

/// Lists the numbers of some volunteers by account; nobody who is named twice is looked for twice.
pub(crate) async fn list_numbers(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, String>, StoreError> {
    let mut wanted = accounts.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut numbers = BTreeMap::new();
    for chunk in wanted.chunks(CHUNK) {
        let rows: Vec<(AccountId, String)> = Entity::find()
            .select_only()
            .column(Column::Account)
            .column(Column::Number)
            .filter(Column::Account.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        numbers.extend(rows);
    }
    Ok(numbers)
}

/// Lists the accounts of the volunteers of some numbers.
pub(crate) async fn list_accounts_of(
    db: &impl ConnectionTrait,
    numbers: &[&str],
) -> Result<Vec<AccountId>, StoreError> {
    let mut accounts = Vec::with_capacity(numbers.len());
    for chunk in numbers.chunks(CHUNK) {
        let found: Vec<AccountId> = Entity::find()
            .select_only()
            .column(Column::Account)
            .filter(Column::Number.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        accounts.extend(found);
    }
    Ok(accounts)
}

/// Reads and holds volunteers whose home is at or below a place.
pub(crate) async fn hold_volunteers_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<Volunteer>, StoreError> {
    let of = (Entity::find(), Column::Home, Column::Account);
    let rows = hold_at(tx, of, place, most).await?;
    rows.into_iter().map(Volunteer::try_from).collect()
}

/// Inserts a volunteer; says whether the account had none yet.
pub(crate) async fn insert_volunteer(tx: &Tx, volunteer: &Volunteer) -> Result<bool, StoreError> {
    let known = OnConflict::column(Column::Account).do_nothing().to_owned();
    let inserted = Entity::insert(to_row(volunteer)?)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Saves a volunteer over the version before.
pub(crate) async fn save_volunteer(
    tx: &Tx,
    volunteer: &Volunteer,
    seen: Version,
) -> Result<(), StoreError> {
    let key = Column::Id.eq(volunteer.id);
    store::save_over(tx, to_row(volunteer)?, key, Column::Version.eq(seen)).await
}

/// Saves where the home of a volunteer is, who is held; the version stays, for the volunteer has not changed.
pub(crate) async fn save_volunteer_place(tx: &Tx, volunteer: &Volunteer) -> Result<(), StoreError> {
    let moved = ActiveModel {
        id: NotSet,
        home: Set(volunteer.home.clone()),
        ..Default::default()
    };
    let query = Entity::update_many().set(moved);
    query.filter(Column::Id.eq(volunteer.id)).exec(tx).await?;
    Ok(())
}

/// Takes the next number of a district.
pub(crate) async fn next_number(tx: &Tx, district: &str) -> Result<i64, StoreError> {
    let first = last_number::ActiveModel {
        district: Set(district.to_owned()),
        last: Set(0),
    };
    let known = OnConflict::column(last_number::Column::District)
        .do_nothing()
        .to_owned();
    last_number::Entity::insert(first)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    // the row belongs to this transaction from here on
    last_number::Entity::update_many()
        .col_expr(
            last_number::Column::Last,
            Expr::col(last_number::Column::Last).add(1),
        )
        .filter(last_number::Column::District.eq(district))
        .exec(tx)
        .await?;
    let row = last_number::Entity::find_by_id(district.to_owned())
        .one(tx)
        .await?;
    row.map(|row| row.last)
        .ok_or_else(|| StoreError::Corrupt(format!("no number of {district}")))
}
