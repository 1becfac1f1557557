use auth::Ctx;
use kernel::{CursorError, IdSourceExt, OrgPath, TimeReservationId, Version};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::page::{PageWanted, Paged};
use super::volunteer_error::{out_of_scope, version_changed};
use crate::domain::runner::runs;
use crate::domain::time_account::{
    TimeAccount, TimeEntry, TimeRefusal, TimeReservation, TimeReservationState, TimeReservationStep,
};
use crate::store::{
    PlaceList, find_reservation, find_time_account, hide_at, hold_reservation, hold_time_account,
    insert_reservation, list_time_entries, load_reservations, save_reservation, save_time_account,
    show_at, sum_lifetime,
};

/// Names of lists in their cursors.
const ENTRIES: &str = "time-entries";
const RESERVATIONS: &str = "time-reservations";

/// Minutes to set aside for service at a place.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ReserveTime {
    pub(crate) minutes: u64,
    pub(crate) place: OrgPath,
}

/// Why time is not reserved, spent or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TimeError {
    #[error("no such reservation for the caller")]
    NotFound,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("refused: {0:?}")]
    Refused(TimeRefusal),
    #[error("the place is the whole city")]
    Place,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<TimeRefusal> for TimeError {
    fn from(refusal: TimeRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Category for TimeError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "time-reservation-not-found",
                "没有这个时间预约",
                "there is no such reservation of time",
            ),
            Self::OutOfScope => out_of_scope(),
            Self::Refused(TimeRefusal::TooLittle) => Fact::new(
                Kind::Conflict,
                "too-little-time",
                "时间账户余额不足",
                "the time account holds less",
            ),
            Self::Refused(TimeRefusal::State) => Fact::new(
                Kind::Conflict,
                "step-not-possible",
                "当前状态不能进行此操作",
                "not possible in the present state",
            ),
            Self::Refused(TimeRefusal::Own) => Fact::new(
                Kind::Forbidden,
                "own-confirmation",
                "不能确认自己获得的服务",
                "nobody confirms service to themselves",
            ),
            Self::Refused(TimeRefusal::NotOwn) => Fact::new(
                Kind::Forbidden,
                "not-own-time",
                "只能捐赠自己的时间",
                "nobody donates what is somebody else's",
            ),
            Self::Place => Fact::new(
                Kind::Invalid,
                "place-needed",
                "须指定提供服务的组织",
                "an organisation that gives the service is needed",
            )
            .at("/org_path"),
            Self::OtherVersion => version_changed(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// What somebody's time account shows.
#[derive(Debug)]
pub(crate) struct TimeBalance {
    /// Confirmed minutes, of all time.
    pub(crate) earned: u64,
    /// What the account holds at most (S24).
    pub(crate) most: u64,
    pub(crate) account: TimeAccount,
}

/// Shows the caller's time account.
pub(crate) async fn show_time_account(app: &App, ctx: &Ctx) -> Result<TimeBalance, TimeError> {
    let (db, of) = (app.db.reader(), ctx.principal.account);
    Ok(TimeBalance {
        earned: sum_lifetime(db, of).await?,
        most: app.catalogue.points.most_time(),
        account: find_time_account(db, of).await?,
    })
}

/// Lists the entries of the caller's time account, the newest first.
pub(crate) async fn list_my_time_entries(
    app: &App,
    ctx: &Ctx,
    wanted: &PageWanted,
) -> Result<Paged<TimeEntry>, TimeError> {
    let after = wanted.after(ENTRIES)?;
    let of = ctx.principal.account;
    let found = list_time_entries(app.db.reader(), of, after, wanted.rows()).await?;
    Ok(wanted.cut(ENTRIES, found, |entry| entry.number))
}

/// Sets minutes of the caller's aside for service that they want; however many ask at once, never more than there are.
pub(crate) async fn reserve_time(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &ReserveTime,
) -> Result<TimeReservation, TimeError> {
    command.place.leaf().ok_or(TimeError::Place)?;
    app.db
        .write("time.reserve", |tx| async move {
            idempotency::once(&tx, key, reserve(app, ctx, command, &tx)).await
        })
        .await
}

async fn reserve(
    app: &App,
    ctx: &Ctx,
    command: &ReserveTime,
    tx: &Tx,
) -> Result<TimeReservation, TimeError> {
    let of = ctx.principal.account;
    let mut time = hold_time_account(tx, of).await?;
    let reservation = TimeReservation {
        id: app.ids.next(),
        account: of,
        place: command.place.clone(),
        minutes: command.minutes,
        state: TimeReservationState::Reserved,
        version: Version::FIRST,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    let earned = sum_lifetime(tx, of).await?;
    let entry = time.reserve(&reservation, (earned, app.catalogue.points.most_time()))?;
    save_time_account(tx, &time, &entry).await?;
    insert_reservation(tx, &reservation).await?;
    let mut writes = Writes::default();
    let list = PlaceList::TimeReservations;
    show_at(&mut writes, list, &reservation.place, reservation.id);
    writes.run(tx).await?;
    Ok(reservation)
}

/// Says what becomes of a reservation.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SettleTime {
    pub(crate) id: TimeReservationId,
    pub(crate) step: TimeReservationStep,
}

/// Spends a reservation or gives it back: those who run the place; the holder gives it back or donates it.
pub(crate) async fn settle_time(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &SettleTime,
) -> Result<TimeReservation, TimeError> {
    app.db
        .write("time.settle", |tx| async move {
            idempotency::once(&tx, key, settle(ctx, command, &tx)).await
        })
        .await
}

async fn settle(ctx: &Ctx, command: &SettleTime, tx: &Tx) -> Result<TimeReservation, TimeError> {
    let by = ctx.principal.account;
    let may = |found: &TimeReservation| found.account == by || runs(&ctx.principal, &found.place);
    let found = find_reservation(tx, command.id).await?;
    let found = found.filter(may).ok_or(TimeError::NotFound)?;
    let mut time = hold_time_account(tx, found.account).await?;
    // it may have been settled, or have gone to another place, while this one waited for the account
    let found = hold_reservation(tx, command.id).await?;
    let mut reservation = found.filter(may).ok_or(TimeError::NotFound)?;
    let seen = reservation.version;
    if ctx.if_match.is_some_and(|known| known != seen) {
        return Err(TimeError::OtherVersion);
    }
    let entry = time.settle(&mut reservation, command.step, (by, ctx.now))?;
    save_time_account(tx, &time, &entry).await?;
    save_reservation(tx, &reservation, seen).await?;
    let mut writes = Writes::default();
    let list = PlaceList::TimeReservations;
    hide_at(&mut writes, list, &reservation.place, reservation.id);
    writes.run(tx).await?;
    Ok(reservation)
}

/// Lists the reservations at or below a place that wait to be settled, the newest first.
pub(crate) async fn list_reservations(
    app: &App,
    ctx: &Ctx,
    place: &OrgPath,
    wanted: &PageWanted,
) -> Result<Paged<TimeReservation>, TimeError> {
    if !ctx.is_open_at(place) {
        return Err(TimeError::OutOfScope);
    }
    let db = app.db.reader();
    let list = (RESERVATIONS, PlaceList::TimeReservations);
    let (ids, next) = wanted.ids_at::<_, TimeError>(db, list, place).await?;
    Ok((load_reservations(db, &ids).await?, next))
}
