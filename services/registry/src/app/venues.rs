use std::time::Duration;

use ::store::{IdempotencyKey, StoreError, Tx, idempotency};
use kernel::{
    AccountId, BookingId, Cursor, CursorError, IdSourceExt, Line, OrgCode, Timestamp, VenueId,
    Version,
};
use problem::{Category, Fact, Kind};
use serde::Serialize;

use super::change_error::{organisation_unknown, out_of_scope, version_changed};
use super::page::{Paged, paged, rows_for};
use super::posts::STAFFING;
use super::read_notes::note_read;
use super::{App, Origin};
use crate::domain::read_note::ReadKind;
use crate::domain::venue::{Booking, BookingState, Venue, WrongSpan, slots};
use crate::store;

/// Name of the list of venues in its cursors.
const VENUES: &str = "venues";
/// Name of the list of bookings in its cursors.
const BOOKINGS: &str = "bookings";
/// Name of the list of a venue's bookings in its cursors.
const VENUE_BOOKINGS: &str = "venue-bookings";
/// Longest booking, as the domain has it: one that began before may still last.
const A_DAY: Duration = Duration::from_hours(24);
/// How many days of a venue are shown.
const SHOWN: Duration = Duration::from_hours(24 * 14);
/// Bookings that a fortnight holds at most.
const MOST_TAKEN: u64 = 1_000;

/// Bookings that somebody may have ahead; staff of the place book for others and are not counted.
const MOST_AHEAD: u64 = 5;

/// Opens a venue.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenVenue {
    pub(crate) org_code: OrgCode,
    pub(crate) name: Line<1, 100>,
    pub(crate) capacity: u32,
}

/// Books a venue.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BookVenue {
    pub(crate) venue: VenueId,
    pub(crate) account: AccountId,
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
}

/// A span in which a venue is taken.
pub(crate) type Taken = (Timestamp, Timestamp);

/// Why a venue is not opened, booked or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VenueError {
    #[error("no such venue or booking")]
    NotFound,
    #[error("organisation {0} does not exist")]
    PlaceUnknown(OrgCode),
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("taken")]
    Taken,
    #[error("over or cancelled")]
    Over,
    #[error("as many bookings ahead as an account has")]
    TooMany,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error(transparent)]
    Span(#[from] WrongSpan),
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for VenueError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "venue-not-found",
                "没有这个场地或预约",
                "there is no such venue or booking",
            ),
            Self::PlaceUnknown(code) => organisation_unknown(code).at("/org_code"),
            Self::OutOfScope => out_of_scope(),
            Self::Taken => Fact::new(
                Kind::Conflict,
                "venue-taken",
                "该时段已被预约",
                "that time is taken already",
            ),
            Self::Over => Fact::new(
                Kind::Conflict,
                "booking-over",
                "预约已取消或已结束",
                "the booking was cancelled or is over",
            ),
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "too-many-bookings",
                format!("每人最多同时有 {MOST_AHEAD} 个未结束的预约"),
                format!("nobody has more than {MOST_AHEAD} bookings ahead at a time"),
            ),
            Self::OtherVersion => version_changed(),
            Self::Span(why) => {
                let (zh, en, pointer) = match why {
                    WrongSpan::NotHalfHours => (
                        "起止时间须为整点或半点",
                        "a booking begins and ends at full or half hours",
                        "/starts_at",
                    ),
                    WrongSpan::Length => (
                        "时长须为半小时至一天",
                        "a booking lasts half an hour to a day",
                        "/ends_at",
                    ),
                    WrongSpan::OutOfReach => (
                        "只能预约今后 90 天内的时段",
                        "only the next 90 days can be booked",
                        "/starts_at",
                    ),
                };
                Fact::new(Kind::Invalid, "span-not-bookable", zh, en).at(pointer)
            }
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Opens a venue of an organisation.
pub(crate) async fn open_venue(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &OpenVenue,
) -> Result<Venue, VenueError> {
    app.db
        .write("venue.open", |tx| async move {
            idempotency::once(&tx, key, open(app, origin, command, &tx)).await
        })
        .await
}

async fn open(
    app: &App,
    origin: &Origin<'_>,
    command: &OpenVenue,
    tx: &Tx,
) -> Result<Venue, VenueError> {
    let place = store::find_organisation(tx, &command.org_code).await?;
    let place = place.filter(|place| !place.is_closed());
    let place = place.ok_or_else(|| VenueError::PlaceUnknown(command.org_code.clone()))?;
    if !origin.holds_any(&STAFFING, &place.path) {
        return Err(VenueError::OutOfScope);
    }
    store::hold(tx, &[&place]).await?;
    let venue = Venue {
        id: app.ids.next(),
        org_code: place.code,
        name: command.name.as_str().to_owned(),
        capacity: command.capacity,
        open: true,
        version: Version::FIRST,
        created_at: origin.now,
        updated_at: origin.now,
    };
    store::insert_venues(tx, std::slice::from_ref(&venue)).await?;
    Ok(venue)
}

/// Books a venue: each half hour belongs to one booking, however many ask at once, and nobody has more than a few
/// ahead.
pub(crate) async fn book_venue(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &BookVenue,
) -> Result<Booking, VenueError> {
    let wanted = &slots(command.starts_at, command.ends_at, origin.now)?;
    app.db
        .write("venue.book", |tx| async move {
            let effect = async {
                let (venue, staff) = hold_bookable(origin, command.venue, &tx).await?;
                if !staff {
                    store::take_turn(&tx, command.account).await?;
                    let ahead = store::count_ahead(&tx, command.account, origin.now).await?;
                    if ahead >= MOST_AHEAD {
                        return Err(VenueError::TooMany);
                    }
                }
                let booking = Booking {
                    id: app.ids.next(),
                    venue: venue.id,
                    account: command.account,
                    starts_at: command.starts_at,
                    ends_at: command.ends_at,
                    state: BookingState::Booked,
                    version: Version::FIRST,
                    created_at: origin.now,
                };
                if !store::insert_booking(&tx, &booking, wanted).await? {
                    return Err(VenueError::Taken);
                }
                Ok(booking)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Finds a venue that can be booked and holds it open, with its organisation; says whether the caller is staff there.
async fn hold_bookable(
    origin: &Origin<'_>,
    id: VenueId,
    tx: &Tx,
) -> Result<(Venue, bool), VenueError> {
    let venue = store::find_venue(tx, id).await?;
    let venue = venue.ok_or(VenueError::NotFound)?;
    let place = store::find_organisation(tx, &venue.org_code).await?;
    let place = place.filter(|place| !place.is_closed());
    let place = place.ok_or(VenueError::NotFound)?;
    // closing the organisation closes its venues: that comes after this, or the venue is read closed
    store::hold(tx, &[&place]).await?;
    let venue = store::hold_venue(tx, id).await?;
    let venue = venue.filter(|venue| venue.open);
    let staff = origin.holds_any(&STAFFING, &place.path);
    Ok((venue.ok_or(VenueError::NotFound)?, staff))
}

/// Cancels a booking that is not over: the one who made it, or staff of the place.
pub(crate) async fn cancel_booking(
    app: &App,
    origin: &Origin<'_>,
    account: AccountId,
    id: BookingId,
    known: Option<Version>,
) -> Result<Booking, VenueError> {
    app.db
        .write("booking.cancel", |tx| async move {
            let found = store::find_booking(&*tx, id).await?;
            let mut booking = found.ok_or(VenueError::NotFound)?;
            if booking.account != account && !may_run(origin, booking.venue, &tx).await? {
                return Err(VenueError::NotFound);
            }
            if known.is_some_and(|known| known != booking.version) {
                return Err(VenueError::OtherVersion);
            }
            if booking.state == BookingState::Cancelled || booking.ends_at <= origin.now {
                return Err(VenueError::Over);
            }
            let seen = booking.version;
            booking.state = BookingState::Cancelled;
            booking.version = seen.next();
            store::cancel_booking(&tx, &booking, seen).await?;
            Ok(booking)
        })
        .await
}

async fn may_run(origin: &Origin<'_>, venue: VenueId, tx: &Tx) -> Result<bool, StoreError> {
    let Some(venue) = store::find_venue(tx, venue).await? else {
        return Ok(false);
    };
    let place = store::find_organisation(tx, &venue.org_code).await?;
    Ok(place.is_some_and(|place| origin.holds_any(&STAFFING, &place.path)))
}

/// Shows a venue and when it is taken in the next fortnight; by whom is nobody's business.
pub(crate) async fn show_venue(
    app: &App,
    id: VenueId,
    now: Timestamp,
) -> Result<(Venue, Vec<Taken>), VenueError> {
    let db = app.db.reader();
    let venue = store::find_venue(db, id).await?;
    let venue = venue.ok_or(VenueError::NotFound)?;
    let until = now.plus(SHOWN);
    let mut taken = store::list_taken(db, id, now.minus(A_DAY), until, MOST_TAKEN).await?;
    taken.retain(|(_, ends_at)| *ends_at > now);
    Ok((venue, taken))
}

/// Lists one page of an organisation's venues, and the next cursor.
pub(crate) async fn list_venues(
    app: &App,
    org_code: &OrgCode,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<Venue>, Option<String>), VenueError> {
    let after: Option<VenueId> = cursor
        .map(|cursor| Cursor::decode(VENUES, cursor))
        .transpose()?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let found = store::list_venues(app.db.reader(), org_code, after, most).await?;
    Ok(Cursor::cut(found, limit, |last| {
        Cursor::encode(VENUES, &last.id)
    }))
}

/// Lists one page of the caller's bookings, and the next cursor.
pub(crate) async fn list_bookings(
    app: &App,
    account: AccountId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<Booking>, Option<String>), VenueError> {
    let after: Option<BookingId> = cursor
        .map(|cursor| Cursor::decode(BOOKINGS, cursor))
        .transpose()?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let found = store::list_bookings_of(app.db.reader(), account, after, most).await?;
    Ok(Cursor::cut(found, limit, |last| {
        Cursor::encode(BOOKINGS, &last.id)
    }))
}

/// Lists one page of a venue's bookings to staff of its place, and the next cursor.
pub(crate) async fn list_venue_bookings(
    app: &App,
    origin: &Origin<'_>,
    venue: VenueId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Paged<Booking>, VenueError> {
    let after: Option<BookingId> = cursor
        .map(|cursor| Cursor::decode(VENUE_BOOKINGS, cursor))
        .transpose()?;
    let db = app.db.reader();
    let found = store::find_venue(db, venue).await?;
    let found = found.ok_or(VenueError::NotFound)?;
    let place = store::find_organisation(db, &found.org_code).await?;
    let place = place.ok_or(VenueError::NotFound)?;
    if !origin.holds_any(&STAFFING, &place.path) {
        return Err(VenueError::OutOfScope);
    }
    let found = store::list_bookings_in(db, venue, after, rows_for(limit)).await?;
    let page = paged(VENUE_BOOKINGS, found, limit, |booking| booking.id);
    let items = Some(page.0.len());
    note_read(app, origin, ReadKind::Bookings, &place.code, items).await?;
    Ok(page)
}
