//! Which calendar a district's orders are counted by.

use std::sync::Arc;

use ::store::StoreError;
use sea_orm::ConnectionTrait;

use super::App;
use super::kept::Kept;
use crate::domain::calendar::{BUNDLED, Calendar, CalendarError, CalendarSpec};
use crate::store::calendars::{CITY, StoredCalendar, find_calendar};

/// The calendar that is built in, and those of districts as they were last read.
#[derive(Debug)]
pub struct Calendars {
    built_in: Arc<Calendar>,
    known: Kept<Calendar>,
}

impl Calendars {
    /// Knows the one that is built in.
    pub(crate) fn bundled() -> Result<Self, CalendarError> {
        Ok(Self {
            built_in: Arc::new(Calendar::bundled()?),
            known: Kept::default(),
        })
    }

    /// Returns the calendar that is built in.
    pub(super) fn built_in(&self) -> &Arc<Calendar> {
        &self.built_in
    }

    /// Forgets what was read.
    pub(crate) fn forget(&self) {
        self.known.forget();
    }
}

/// Returns the calendar of a district: its own, else the city's, else the one that is built in.
pub(crate) async fn calendar_of(
    app: &App,
    db: &impl ConnectionTrait,
    district: &str,
) -> Result<Arc<Calendar>, StoreError> {
    let now = app.clock.now();
    if let Some(calendar) = app.calendars.known.find(district, now) {
        return Ok(calendar);
    }
    let calendar = read_calendar(app, db, district).await?;
    app.calendars.known.keep(district, now, &calendar);
    Ok(calendar)
}

/// Reads the calendar of a district as it is stored now.
async fn read_calendar(
    app: &App,
    db: &impl ConnectionTrait,
    district: &str,
) -> Result<Arc<Calendar>, StoreError> {
    let Some(stored) = find_effective(db, district).await? else {
        return Ok(Arc::clone(&app.calendars.built_in));
    };
    let calendar = stored.spec.resolve();
    let calendar = calendar.map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(Arc::new(calendar))
}

/// Finds the stored calendar that a district's orders are counted by.
pub(crate) async fn find_effective(
    db: &impl ConnectionTrait,
    district: &str,
) -> Result<Option<StoredCalendar>, StoreError> {
    match find_calendar(db, district).await? {
        Some(own) => Ok(Some(own)),
        None => find_calendar(db, CITY).await,
    }
}

/// Returns the calendar that is built in, as it is written.
pub(crate) fn built_in() -> Result<CalendarSpec, CalendarError> {
    CalendarSpec::parse(BUNDLED.0, BUNDLED.1)
}
