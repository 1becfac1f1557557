//! Many shifts, sign-ups and volunteers at once, as planning weighs them: a few queries for all of them.

use kernel::{AccountId, ActivityId, Named, ShiftId, Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use store::{CHUNK, StoreError};

use super::activity::{entry, turn};
use super::volunteer::person;
use crate::domain::activity::Shift;
use crate::domain::sign_up::{SignUp, SignUpState};
use crate::domain::volunteer::Volunteer;

/// Whether the rows that are read are held until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locked {
    /// Only read.
    No,
    /// Nobody else changes them meanwhile.
    Yes,
}

impl Locked {
    pub(super) fn on<E: EntityTrait>(self, query: Select<E>) -> Select<E> {
        match self {
            Self::No => query,
            Self::Yes => query.lock_exclusive(),
        }
    }
}

/// Loads shifts, in the order in which they begin: whoever holds several takes them in this order.
pub(crate) async fn load_shifts(
    db: &impl ConnectionTrait,
    ids: &[ShiftId],
    locked: Locked,
) -> Result<Vec<Shift>, StoreError> {
    let query = turn::Entity::find()
        .filter(turn::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(turn::Column::BeginsAt)
        .order_by_asc(turn::Column::Id);
    let rows = locked.on(query).all(db).await?;
    rows.into_iter().map(Shift::try_from).collect()
}

/// Lists shifts of some activities that begin within a span, the earliest first.
pub(crate) async fn list_shifts_within(
    db: &impl ConnectionTrait,
    activities: &[ActivityId],
    (from, until): (Timestamp, Timestamp),
    limit: u64,
) -> Result<Vec<Shift>, StoreError> {
    let mut found = Vec::new();
    for chunk in activities.chunks(CHUNK) {
        let rows = turn::Entity::find()
            .filter(turn::Column::ActivityId.is_in(chunk.iter().copied()))
            .filter(turn::Column::BeginsAt.gte(from))
            .filter(turn::Column::BeginsAt.lt(until))
            .order_by_asc(turn::Column::BeginsAt)
            .limit(limit)
            .all(db)
            .await?;
        for row in rows {
            found.push(Shift::try_from(row)?);
        }
    }
    found.sort_by_key(|shift| (shift.begins_at, shift.id));
    Ok(found)
}

/// Loads volunteers by their accounts, in the order of accounts: whoever holds several takes them in this order.
pub(crate) async fn load_volunteers_of(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    locked: Locked,
) -> Result<Vec<Volunteer>, StoreError> {
    let mut sorted = accounts.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut found = Vec::with_capacity(sorted.len());
    for chunk in sorted.chunks(CHUNK) {
        let query = person::Entity::find()
            .filter(person::Column::Account.is_in(chunk.iter().copied()))
            .order_by_asc(person::Column::Account);
        for row in locked.on(query).all(db).await? {
            found.push(Volunteer::try_from(row)?);
        }
    }
    Ok(found)
}

/// Lists everybody on the lists of some shifts.
pub(crate) async fn list_lists(
    db: &impl ConnectionTrait,
    shifts: &[ShiftId],
) -> Result<Vec<SignUp>, StoreError> {
    let query = entry::Entity::find()
        .filter(entry::Column::ShiftId.is_in(shifts.iter().copied()))
        .order_by_asc(entry::Column::ShiftId)
        .order_by_asc(entry::Column::Account);
    read(query.all(db).await?)
}

/// Lists the sign-ups of some people whose shift begins within a span.
pub(crate) async fn list_many_around(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<SignUp>, StoreError> {
    let mut found = Vec::new();
    for chunk in accounts.chunks(CHUNK) {
        let query = entry::Entity::find()
            .filter(entry::Column::Account.is_in(chunk.iter().copied()))
            .filter(entry::Column::BeginsAt.gte(from))
            .filter(entry::Column::BeginsAt.lte(until));
        found.extend(read(query.all(db).await?)?);
    }
    Ok(found)
}

/// Lists the absences of some people from shifts that began within a span, those that they appeal against as well.
pub(crate) async fn list_missed(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<SignUp>, StoreError> {
    let states = SignUpState::ALL.iter().filter(|state| state.is_absence());
    let states: Vec<&str> = states.map(|state| state.name()).collect();
    let mut found = Vec::new();
    for chunk in accounts.chunks(CHUNK) {
        let query = entry::Entity::find()
            .filter(entry::Column::Account.is_in(chunk.iter().copied()))
            .filter(entry::Column::BeginsAt.gte(from))
            .filter(entry::Column::BeginsAt.lte(until))
            .filter(entry::Column::State.is_in(states.iter().copied()));
        found.extend(read(query.all(db).await?)?);
    }
    Ok(found)
}

/// Lists the sign-ups of some people in activities that count them.
pub(crate) async fn list_many_in(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    activities: &[ActivityId],
) -> Result<Vec<SignUp>, StoreError> {
    let mut found = Vec::new();
    if activities.is_empty() {
        return Ok(found);
    }
    for chunk in accounts.chunks(CHUNK) {
        let query = entry::Entity::find()
            .filter(entry::Column::ActivityId.is_in(activities.iter().copied()))
            .filter(entry::Column::Account.is_in(chunk.iter().copied()));
        found.extend(read(query.all(db).await?)?);
    }
    Ok(found)
}

fn read(rows: Vec<entry::Model>) -> Result<Vec<SignUp>, StoreError> {
    rows.into_iter().map(SignUp::try_from).collect()
}
