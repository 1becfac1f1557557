//! Venues and bookings.

use kernel::{AccountId, BookingId, Named, OrgCode, Timestamp, VenueId, Version};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{CHUNK, StoreError, Tx, affected_one};

use super::organisation::named;
use super::venue::{booker, booking, place, slot};
use crate::domain::venue::{Booking, BookingState, Venue};

impl TryFrom<place::Model> for Venue {
    type Error = StoreError;

    fn try_from(row: place::Model) -> Result<Self, StoreError> {
        let capacity = u32::try_from(row.capacity);
        Ok(Self {
            capacity: capacity.map_err(|error| StoreError::Corrupt(error.to_string()))?,
            id: row.id,
            org_code: row.org_code,
            name: row.name,
            open: row.open,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl TryFrom<booking::Model> for Booking {
    type Error = StoreError;

    fn try_from(row: booking::Model) -> Result<Self, StoreError> {
        Ok(Self {
            state: named(&row.state)?,
            id: row.id,
            venue: row.venue_id,
            account: row.account_id,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            version: row.version,
            created_at: row.created_at,
        })
    }
}

fn to_row(venue: &Venue) -> place::ActiveModel {
    place::ActiveModel {
        id: Set(venue.id),
        org_code: Set(venue.org_code.clone()),
        name: Set(venue.name.clone()),
        capacity: Set(i64::from(venue.capacity)),
        open: Set(venue.open),
        version: Set(venue.version),
        created_at: Set(venue.created_at),
        updated_at: Set(venue.updated_at),
    }
}

/// Inserts venues.
pub(crate) async fn insert_venues(tx: &Tx, venues: &[Venue]) -> Result<(), StoreError> {
    for chunk in venues.chunks(CHUNK) {
        place::Entity::insert_many(chunk.iter().map(to_row))
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Finds a venue.
pub(crate) async fn find_venue(
    db: &impl ConnectionTrait,
    id: VenueId,
) -> Result<Option<Venue>, StoreError> {
    let row = place::Entity::find_by_id(id).one(db).await?;
    row.map(Venue::try_from).transpose()
}

/// Lists the venues of an organisation, the newest first.
pub(crate) async fn list_venues(
    db: &impl ConnectionTrait,
    org_code: &OrgCode,
    after: Option<VenueId>,
    limit: u64,
) -> Result<Vec<Venue>, StoreError> {
    let mut query = place::Entity::find()
        .filter(place::Column::OrgCode.eq(org_code.clone()))
        .order_by_desc(place::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(place::Column::Id.lt(after));
    }
    let rows = query.all(db).await?;
    rows.into_iter().map(Venue::try_from).collect()
}

/// Inserts a booking with its half hours; says whether all of them were free.
pub(crate) async fn insert_booking(
    tx: &Tx,
    made: &Booking,
    slots: &[i64],
) -> Result<bool, StoreError> {
    let rows = slots.iter().map(|slot| slot::ActiveModel {
        venue_id: Set(made.venue),
        slot: Set(*slot),
        booking_id: Set(made.id),
    });
    let taken = OnConflict::columns([slot::Column::VenueId, slot::Column::Slot])
        .do_nothing()
        .to_owned();
    // the key decides: of two that want the same half hour one gets fewer rows than it asked for
    let inserted = slot::Entity::insert_many(rows)
        .on_conflict(taken)
        .exec_without_returning(tx)
        .await?;
    if usize::try_from(inserted) != Ok(slots.len()) {
        return Ok(false);
    }
    let row = booking::ActiveModel {
        id: Set(made.id),
        venue_id: Set(made.venue),
        account_id: Set(made.account),
        starts_at: Set(made.starts_at),
        ends_at: Set(made.ends_at),
        state: Set(made.state.name().to_owned()),
        version: Set(made.version),
        created_at: Set(made.created_at),
    };
    booking::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(true)
}

/// Finds a booking.
pub(crate) async fn find_booking(
    db: &impl ConnectionTrait,
    id: BookingId,
) -> Result<Option<Booking>, StoreError> {
    let row = booking::Entity::find_by_id(id).one(db).await?;
    row.map(Booking::try_from).transpose()
}

/// Saves that a booking was cancelled, over the version before, and gives its half hours back.
pub(crate) async fn cancel_booking(
    tx: &Tx,
    cancelled: &Booking,
    seen: Version,
) -> Result<(), StoreError> {
    let done = booking::Entity::update_many()
        .col_expr(booking::Column::State, Expr::value(cancelled.state.name()))
        .col_expr(booking::Column::Version, Expr::value(cancelled.version))
        .filter(booking::Column::Id.eq(cancelled.id))
        .filter(booking::Column::Version.eq(seen))
        .exec(tx)
        .await?;
    affected_one(done.rows_affected)?;
    slot::Entity::delete_many()
        .filter(slot::Column::BookingId.eq(cancelled.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Lists a person's bookings, the newest first.
pub(crate) async fn list_bookings_of(
    db: &impl ConnectionTrait,
    account: AccountId,
    after: Option<BookingId>,
    limit: u64,
) -> Result<Vec<Booking>, StoreError> {
    let mut query = booking::Entity::find()
        .filter(booking::Column::AccountId.eq(account))
        .order_by_desc(booking::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(booking::Column::Id.lt(after));
    }
    let rows = query.all(db).await?;
    rows.into_iter().map(Booking::try_from).collect()
}

/// Takes an account's turn: whoever else books for it waits until this transaction ends.
pub(crate) async fn take_turn(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    let first = booker::ActiveModel {
        account_id: Set(account),
        turns: Set(1),
    };
    let turns = (booker::Entity, booker::Column::Turns);
    let next = OnConflict::column(booker::Column::AccountId)
        .value(booker::Column::Turns, Expr::col(turns).add(1))
        .to_owned();
    booker::Entity::insert(first)
        .on_conflict(next)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Counts a person's bookings that are not over.
pub(crate) async fn count_ahead(
    tx: &Tx,
    account: AccountId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    Ok(booking::Entity::find()
        .filter(booking::Column::AccountId.eq(account))
        .filter(booking::Column::State.eq(BookingState::Booked.name()))
        .filter(booking::Column::EndsAt.gt(now))
        .count(tx)
        .await?)
}

/// Lists the bookings of a venue, the newest first.
pub(crate) async fn list_bookings_in(
    db: &impl ConnectionTrait,
    venue: VenueId,
    after: Option<BookingId>,
    limit: u64,
) -> Result<Vec<Booking>, StoreError> {
    let mut query = booking::Entity::find()
        .filter(booking::Column::VenueId.eq(venue))
        .order_by_desc(booking::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(booking::Column::Id.lt(after));
    }
    let rows = query.all(db).await?;
    rows.into_iter().map(Booking::try_from).collect()
}

/// Lists when a venue is taken within a span that begins at `from`.
pub(crate) async fn list_taken(
    db: &impl ConnectionTrait,
    venue: VenueId,
    from: Timestamp,
    until: Timestamp,
    limit: u64,
) -> Result<Vec<(Timestamp, Timestamp)>, StoreError> {
    Ok(booking::Entity::find()
        .select_only()
        .columns([booking::Column::StartsAt, booking::Column::EndsAt])
        .filter(booking::Column::VenueId.eq(venue))
        .filter(booking::Column::StartsAt.gte(from))
        .filter(booking::Column::StartsAt.lt(until))
        .filter(booking::Column::State.eq(BookingState::Booked.name()))
        .order_by_asc(booking::Column::StartsAt)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Finds a venue that is to be booked; nobody takes it back until the transaction ends.
pub(crate) async fn hold_venue(tx: &Tx, id: VenueId) -> Result<Option<Venue>, StoreError> {
    let row = place::Entity::find_by_id(id)
        .lock(LockType::KeyShare)
        .one(tx)
        .await?;
    row.map(Venue::try_from).transpose()
}

/// Lists venues of organisations, of each the oldest first; those of some names where any are named.
pub(crate) async fn list_venues_of(
    db: &impl ConnectionTrait,
    codes: &[OrgCode],
    names: Option<&[String]>,
) -> Result<Vec<Venue>, StoreError> {
    let mut found = Vec::new();
    for chunk in codes.chunks(CHUNK) {
        let mut query = place::Entity::find()
            .filter(place::Column::OrgCode.is_in(chunk.iter().cloned()))
            .order_by_asc(place::Column::OrgCode)
            .order_by_asc(place::Column::Id);
        if let Some(names) = names {
            query = query.filter(place::Column::Name.is_in(names.iter().cloned()));
        }
        for row in query.all(db).await? {
            found.push(Venue::try_from(row)?);
        }
    }
    Ok(found)
}

/// Takes back venues that have not changed since and that nobody ever booked; returns those.
pub(crate) async fn delete_fresh_venues(
    tx: &Tx,
    venues: &[(VenueId, Version)],
) -> Result<Vec<VenueId>, StoreError> {
    let ids: Vec<VenueId> = venues.iter().map(|(id, _)| *id).collect();
    let rows = place::Entity::find()
        .filter(place::Column::Id.is_in(ids.clone()))
        .lock_exclusive()
        .all(tx)
        .await?;
    let booked: Vec<VenueId> = booking::Entity::find()
        .select_only()
        .column(booking::Column::VenueId)
        .distinct()
        .filter(booking::Column::VenueId.is_in(ids))
        .into_tuple()
        .all(tx)
        .await?;
    let fresh: Vec<VenueId> = rows
        .into_iter()
        .filter(|row| venues.contains(&(row.id, row.version)) && !booked.contains(&row.id))
        .map(|row| row.id)
        .collect();
    place::Entity::delete_many()
        .filter(place::Column::Id.is_in(fresh.iter().copied()))
        .exec(tx)
        .await?;
    Ok(fresh)
}
