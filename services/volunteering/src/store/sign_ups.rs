//! Reading and writing sign-ups.

use std::collections::HashMap;

use kernel::{AccountId, ActivityId, Named, ShiftId, SignUpId, Timestamp, Version};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use store::{StoreError, Tx, Writes};

use super::activity::entry::{ActiveModel, Column, Entity, Model};
use super::json;
use crate::domain::sign_up::{SignUp, SignUpState};

/// When no offer ends.
const NEVER: i64 = i64::MAX;
/// Most sign-ups of one person that are weighed.
const MOST_WEIGHED: u64 = 1_000;

impl TryFrom<Model> for SignUp {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let offer_until = (row.offer_until != NEVER).then_some(row.offer_until);
        let offer_until = offer_until.map(Timestamp::from_micros).transpose();
        Ok(Self {
            id: row.id,
            shift: row.shift_id,
            activity: row.activity_id,
            account: row.account,
            position: json::count(row.position)?,
            state: json::named(&row.state)?,
            ticket: json::count(row.ticket)?,
            begins_at: row.begins_at,
            ends_at: row.ends_at,
            offer_until: offer_until.map_err(|error| StoreError::Corrupt(error.to_string()))?,
            checked_in_at: row.checked_in_at,
            checked_out_at: row.checked_out_at,
            appealed: row.appealed,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn to_row(sign_up: &SignUp) -> ActiveModel {
    ActiveModel {
        id: Set(sign_up.id),
        shift_id: Set(sign_up.shift),
        activity_id: Set(sign_up.activity),
        account: Set(sign_up.account),
        position: Set(i64::from(sign_up.position)),
        state: Set(sign_up.state.name().to_owned()),
        ticket: Set(i64::from(sign_up.ticket)),
        begins_at: Set(sign_up.begins_at),
        ends_at: Set(sign_up.ends_at),
        offer_until: Set(sign_up.offer_until.map_or(NEVER, Timestamp::micros)),
        checked_in_at: Set(sign_up.checked_in_at),
        checked_out_at: Set(sign_up.checked_out_at),
        appealed: Set(sign_up.appealed),
        version: Set(sign_up.version),
        created_at: Set(sign_up.created_at),
        updated_at: Set(sign_up.updated_at),
    }
}

fn read(rows: Vec<Model>) -> Result<Vec<SignUp>, StoreError> {
    rows.into_iter().map(SignUp::try_from).collect()
}

/// Finds a sign-up.
pub(crate) async fn find_sign_up(
    db: &impl ConnectionTrait,
    id: SignUpId,
) -> Result<Option<SignUp>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(SignUp::try_from).transpose()
}

/// Lists everybody on the list of a shift; it has an upper bound.
pub(crate) async fn list_of_shift(
    db: &impl ConnectionTrait,
    shift: ShiftId,
) -> Result<Vec<SignUp>, StoreError> {
    let query = Entity::find().filter(Column::ShiftId.eq(shift));
    read(query.all(db).await?)
}

/// Lists one page of a shift's list, in the order of accounts.
pub(crate) async fn list_page_of_shift(
    db: &impl ConnectionTrait,
    shift: ShiftId,
    after: Option<AccountId>,
    limit: u64,
) -> Result<Vec<SignUp>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::ShiftId.eq(shift))
        .order_by_asc(Column::Account)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Account.gt(after));
    }
    read(query.all(db).await?)
}

/// Lists a person's sign-ups whose shift begins within a span.
pub(crate) async fn list_around(
    db: &impl ConnectionTrait,
    account: AccountId,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<SignUp>, StoreError> {
    let query = Entity::find()
        .filter(Column::Account.eq(account))
        .filter(Column::BeginsAt.gte(from))
        .filter(Column::BeginsAt.lte(until))
        .order_by_asc(Column::BeginsAt)
        .limit(MOST_WEIGHED);
    read(query.all(db).await?)
}

/// Lists a person's sign-ups of one activity.
pub(crate) async fn list_in_activity(
    db: &impl ConnectionTrait,
    account: AccountId,
    activity: ActivityId,
) -> Result<Vec<SignUp>, StoreError> {
    let query = Entity::find()
        .filter(Column::ActivityId.eq(activity))
        .filter(Column::Account.eq(account))
        .limit(MOST_WEIGHED);
    read(query.all(db).await?)
}

/// Lists a person's sign-ups, the latest shift first; the next page begins before a shift's beginning and an id.
pub(crate) async fn list_of_volunteer(
    db: &impl ConnectionTrait,
    account: AccountId,
    after: Option<(Timestamp, SignUpId)>,
    limit: u64,
) -> Result<Vec<SignUp>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::Account.eq(account))
        .order_by_desc(Column::BeginsAt)
        .order_by_desc(Column::Id)
        .limit(limit);
    if let Some((begins_at, id)) = after {
        let same = Column::BeginsAt.eq(begins_at).and(Column::Id.lt(id));
        query = query
            .filter(Column::BeginsAt.lte(begins_at))
            .filter(Column::BeginsAt.lt(begins_at).or(same));
    }
    read(query.all(db).await?)
}

/// Lists shifts with offers that ended unanswered.
pub(crate) async fn list_lapsed(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<ShiftId>, StoreError> {
    let mut shifts: Vec<ShiftId> = Entity::find()
        .select_only()
        .column(Column::ShiftId)
        .filter(Column::OfferUntil.lte(now.micros()))
        .order_by_asc(Column::OfferUntil)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    shifts.sort_unstable();
    shifts.dedup();
    Ok(shifts)
}

/// Where the next page of shifts that ended begins.
pub(crate) type EndedShift = (Timestamp, ShiftId);

/// Lists shifts at which somebody checked in and somebody else who had a place did not, that ended within a span, the
/// earliest first; the next page begins behind a shift.
pub(crate) async fn list_ended(
    db: &impl ConnectionTrait,
    (from, until): (Timestamp, Timestamp),
    after: Option<EndedShift>,
    limit: u64,
) -> Result<Vec<EndedShift>, StoreError> {
    let came = Alias::new("came");
    let of_came = |column: Column| Expr::col((came.clone(), column));
    let anybody = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, came.clone())
        .and_where(of_came(Column::ShiftId).equals((Entity, Column::ShiftId)))
        .and_where(of_came(Column::CheckedInAt).is_not_null())
        .to_owned();
    let absent = Condition::all()
        .add(Column::State.eq(SignUpState::Confirmed.name()))
        .add(Column::EndsAt.gte(from))
        .add(Column::EndsAt.lt(until))
        .add(Expr::exists(anybody));
    list_shifts_of(db, absent, after, limit).await
}

/// Lists shifts that ended by a time and at which somebody is still checked in, the earliest first; the next page begins
/// behind a shift.
pub(crate) async fn list_left_open(
    db: &impl ConnectionTrait,
    until: Timestamp,
    after: Option<EndedShift>,
    limit: u64,
) -> Result<Vec<EndedShift>, StoreError> {
    let open = Condition::all()
        .add(Column::State.eq(SignUpState::CheckedIn.name()))
        .add(Column::EndsAt.lte(until));
    list_shifts_of(db, open, after, limit).await
}

/// Lists the shifts of the sign-ups that are wanted, in the order in which they end; the next page begins behind a shift.
async fn list_shifts_of(
    db: &impl ConnectionTrait,
    wanted: Condition,
    after: Option<EndedShift>,
    limit: u64,
) -> Result<Vec<EndedShift>, StoreError> {
    let mut query = Entity::find()
        .select_only()
        .column(Column::EndsAt)
        .column(Column::ShiftId)
        .filter(wanted)
        .group_by(Column::EndsAt)
        .group_by(Column::ShiftId)
        .order_by_asc(Column::EndsAt)
        .order_by_asc(Column::ShiftId)
        .limit(limit);
    if let Some((ends_at, shift)) = after {
        let same = Column::EndsAt.eq(ends_at).and(Column::ShiftId.gt(shift));
        query = query
            .filter(Column::EndsAt.gte(ends_at))
            .filter(Column::EndsAt.gt(ends_at).or(same));
    }
    Ok(query.into_tuple().all(db).await?)
}

/// Loads sign-ups, the newest first.
pub(crate) async fn load_sign_ups(
    db: &impl ConnectionTrait,
    ids: &[SignUpId],
) -> Result<Vec<SignUp>, StoreError> {
    let query = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_desc(Column::Id);
    read(query.all(db).await?)
}

/// Lists shifts that begin after a time and that somebody may still come to, in the order in which they begin.
pub(crate) async fn list_to_come(
    db: &impl ConnectionTrait,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<ShiftId>, StoreError> {
    let pending = SignUpState::ALL.iter().filter(|state| state.is_pending());
    Ok(Entity::find()
        .select_only()
        .column(Column::ShiftId)
        .filter(Column::Account.eq(account))
        .filter(Column::BeginsAt.gt(now))
        .filter(Column::State.is_in(pending.map(|state| state.name())))
        .order_by_asc(Column::BeginsAt)
        .order_by_asc(Column::ShiftId)
        .into_tuple()
        .all(db)
        .await?)
}

/// Counts the places taken of each position of some shifts, and who waits.
pub(crate) async fn count_places(
    db: &impl ConnectionTrait,
    shifts: &[ShiftId],
) -> Result<HashMap<(ShiftId, u32), (u32, u32)>, StoreError> {
    let rows: Vec<(ShiftId, i64, String, i64)> = Entity::find()
        .select_only()
        .column(Column::ShiftId)
        .column(Column::Position)
        .column(Column::State)
        .column_as(Column::Id.count(), "people")
        .filter(Column::ShiftId.is_in(shifts.iter().copied()))
        .group_by(Column::ShiftId)
        .group_by(Column::Position)
        .group_by(Column::State)
        .into_tuple()
        .all(db)
        .await?;
    let mut counts: HashMap<(ShiftId, u32), (u32, u32)> = HashMap::new();
    for (shift, position, state, people) in rows {
        let state: SignUpState = json::named(&state)?;
        let people = json::count(people)?;
        let places = counts.entry((shift, json::count(position)?)).or_default();
        if state.holds_place() {
            places.0 += people;
        } else if state == SignUpState::Waiting {
            places.1 += people;
        }
    }
    Ok(counts)
}

/// Inserts a sign-up; the shift is held, so that nobody else has inserted it since the list was read.
pub(crate) fn insert_sign_up(writes: &mut Writes, sign_up: &SignUp) {
    writes.insert([to_row(sign_up)]);
}

/// Saves a sign-up over the version before.
pub(crate) async fn save_sign_up(
    tx: &Tx,
    sign_up: &SignUp,
    seen: Version,
) -> Result<(), StoreError> {
    let key = Column::Id.eq(sign_up.id);
    store::save_over(tx, to_row(sign_up), key, Column::Version.eq(seen)).await
}

/// Reads the states of sign-ups as they are stored; of those that are not there yet nothing.
pub(crate) async fn list_states(
    db: &impl ConnectionTrait,
    ids: &[SignUpId],
) -> Result<HashMap<SignUpId, SignUpState>, StoreError> {
    let rows: Vec<(SignUpId, String)> = Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::State)
        .filter(Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let read = |(id, state): (SignUpId, String)| Ok((id, json::named(&state)?));
    rows.into_iter().map(read).collect()
}

/// Lists sign-ups of an activity whose shift begins within a span, by account; the next page begins behind an account
/// and an id.
pub(crate) async fn list_of_activity(
    db: &impl ConnectionTrait,
    activity: ActivityId,
    (from, until): (Timestamp, Timestamp),
    after: Option<(AccountId, SignUpId)>,
    limit: u64,
) -> Result<Vec<SignUp>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::ActivityId.eq(activity))
        .filter(Column::BeginsAt.gte(from))
        .filter(Column::BeginsAt.lt(until))
        .order_by_asc(Column::Account)
        .order_by_asc(Column::Id)
        .limit(limit);
    if let Some((account, id)) = after {
        let same = Column::Account.eq(account).and(Column::Id.gt(id));
        query = query
            .filter(Column::Account.gte(account))
            .filter(Column::Account.gt(account).or(same));
    }
    read(query.all(db).await?)
}
