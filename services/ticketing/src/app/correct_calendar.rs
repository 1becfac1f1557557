//! Corrects the calendar of a district or of the city (日历更正): running orders follow by an event of their own.

use ::store::{StoreError, Writes, idempotency};
use auth::Ctx;
use kernel::{OrgPath, Role};
use problem::{Category, Fact, Kind};
use serde::Serialize;

use super::App;
use super::kept::KEPT;
use super::show_calendar::{CalendarView, is_district, no_district, view};
use crate::domain::calendar::{CalendarError, CalendarSpec};
use crate::store::calendars::{CITY, StoredCalendar, find_calendar, insert_calendar};
use crate::store::recounts::begin_recount;

/// A calendar that takes the place of another.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CorrectCalendar {
    /// Six digits, or `city`.
    pub(crate) district: String,
    /// The whole new calendar.
    pub(crate) calendar: CalendarSpec,
    /// Why: the notice, the local rule.
    pub(crate) reason: String,
}

/// Why a calendar was not corrected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CorrectCalendarError {
    /// The text is neither a district nor the city.
    #[error("no district {0:?}")]
    NoDistrict(String),
    /// The caller does not run the platform there.
    #[error("the caller does not run the platform of {0:?}")]
    NotAllowed(String),
    /// The calendar makes no sense.
    #[error(transparent)]
    Wrong(#[from] CalendarError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for CorrectCalendarError {
    fn fact(&self) -> Fact {
        match self {
            Self::NoDistrict(_) => no_district(),
            Self::NotAllowed(_) => Fact::new(
                Kind::Forbidden,
                "not-your-district",
                "您不负责该区的平台运营",
                "you do not run the platform of this district",
            ),
            Self::Wrong(error) => {
                let said = error.to_string();
                Fact::new(Kind::Invalid, "wrong-calendar", said.clone(), said).at(place(error))
            }
            Self::Store(error) => error.fact(),
        }
    }
}

fn place(error: &CalendarError) -> &'static str {
    match error {
        CalendarError::Zone => "/calendar/zone",
        CalendarError::Blocks => "/calendar/blocks",
        CalendarError::Workdays => "/calendar/workdays",
        CalendarError::Date(_) | CalendarError::Size => "/calendar/years",
        CalendarError::Malformed { .. } => "/calendar",
    }
}

/// Stores a new version, and has the orders that run follow it.
pub(crate) async fn correct_calendar(
    app: &App,
    ctx: &Ctx,
    command: CorrectCalendar,
) -> Result<CalendarView, CorrectCalendarError> {
    if !is_district(&command.district) {
        return Err(CorrectCalendarError::NoDistrict(command.district));
    }
    if !may_correct(ctx, &command.district) {
        return Err(CorrectCalendarError::NotAllowed(command.district));
    }
    command.calendar.resolve()?;
    let key = ctx.idempotency(&command);
    let (key, command) = (key.as_ref(), &command);
    let shown = app
        .db
        .write("calendar.correct", |tx| async move {
            let effect = async {
                let before = find_calendar(&*tx, &command.district).await?;
                let stored = StoredCalendar {
                    district: command.district.clone(),
                    version: before.map_or(1, |before| before.version + 1),
                    spec: command.calendar.clone(),
                    reason: command.reason.clone(),
                    author: ctx.principal.account,
                    at: ctx.now,
                };
                let mut writes = Writes::default();
                insert_calendar(&mut writes, &stored)?;
                writes.run(&tx).await?;
                // by then every process has let go of the one before
                let not_before = ctx.now.plus(KEPT * 2);
                begin_recount(&tx, &stored.district, stored.version, not_before).await?;
                Ok::<_, CorrectCalendarError>(view(stored))
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await?;
    app.calendars.forget();
    Ok(shown)
}

/// Tells whether the caller runs the platform of the district, or of the city.
pub(super) fn may_correct(ctx: &Ctx, district: &str) -> bool {
    let holds = |role, path: &OrgPath| ctx.principal.holds(role, path);
    if holds(Role::PlatformOperator, &OrgPath::root()) {
        return true;
    }
    let path = OrgPath::parse(&format!("/{district}000000/"));
    district != CITY && path.is_ok_and(|path| holds(Role::DistrictOperator, &path))
}
