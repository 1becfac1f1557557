//! Shows the calendar that a district's orders are counted by.

use ::store::StoreError;
use auth::Ctx;
use kernel::Timestamp;
use problem::{Category, Fact, Kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::calendars::{built_in, find_effective};
use crate::domain::calendar::{CalendarError, CalendarSpec};
use crate::store::calendars::{CITY, StoredCalendar};

/// Digits of a district's code.
const DISTRICT: usize = 6;

/// A calendar of working time (工作日历).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct CalendarView {
    /// Whose it is: six digits of a district, `city`, or `built-in`.
    #[schema(example = "420105")]
    pub(crate) owner: String,
    /// Its version; 0 for the one that is built in.
    pub(crate) version: i64,
    /// Why it was changed last.
    pub(crate) reason: Option<String>,
    /// When it was changed last.
    pub(crate) changed_at: Option<Timestamp>,
    /// The calendar.
    #[schema(value_type = Object)]
    pub(crate) calendar: CalendarSpec,
}

/// Why a calendar is not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CalendarViewError {
    /// The text is neither a district nor the city.
    #[error("no district {0:?}")]
    NoDistrict(String),
    /// The calendar that is built in is wrong.
    #[error(transparent)]
    BuiltIn(#[from] CalendarError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for CalendarViewError {
    fn fact(&self) -> Fact {
        match self {
            Self::NoDistrict(_) => no_district(),
            Self::BuiltIn(_) => Fact::internal(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Says that a text names no district.
pub(crate) fn no_district() -> Fact {
    Fact::new(
        Kind::NotFound,
        "district-not-found",
        "须为六位区划代码，或 city（全市）",
        "must be the six digits of a district, or city",
    )
}

/// Tells whether a text names a district or the city.
pub(crate) fn is_district(text: &str) -> bool {
    let digits = text.len() == DISTRICT && text.bytes().all(|byte| byte.is_ascii_digit());
    digits || text == CITY
}

/// Shows the calendar of a district: its own, the city's, or the one that is built in.
pub(crate) async fn show_calendar(
    app: &App,
    _ctx: &Ctx,
    district: &str,
) -> Result<CalendarView, CalendarViewError> {
    if !is_district(district) {
        return Err(CalendarViewError::NoDistrict(district.to_owned()));
    }
    match find_effective(app.db.reader(), district).await? {
        Some(stored) => Ok(view(stored)),
        None => Ok(CalendarView {
            owner: "built-in".to_owned(),
            version: 0,
            reason: None,
            changed_at: None,
            calendar: built_in()?,
        }),
    }
}

/// Shows a stored calendar.
pub(crate) fn view(stored: StoredCalendar) -> CalendarView {
    CalendarView {
        owner: stored.district,
        version: stored.version,
        reason: Some(stored.reason),
        changed_at: Some(stored.at),
        calendar: stored.spec,
    }
}
