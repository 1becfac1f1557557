//! Which calendar a district's orders are counted by.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ::store::StoreError;
use kernel::Timestamp;
use sea_orm::ConnectionTrait;

use super::App;
use crate::domain::calendar::{BUNDLED, Calendar, CalendarError, CalendarSpec};
use crate::store::calendars::{CITY, StoredCalendar, find_calendar};

/// How long a process goes by a calendar before it looks for a newer one.
pub(crate) const KEPT: Duration = Duration::from_secs(10);

/// The calendar that is built in, and those of districts as they were last read.
#[derive(Debug)]
pub struct Calendars {
    built_in: Arc<Calendar>,
    known: RwLock<HashMap<String, Known>>,
}

#[derive(Debug, Clone)]
struct Known {
    read_at: Timestamp,
    calendar: Arc<Calendar>,
}

impl Calendars {
    /// Knows the one that is built in.
    pub(crate) fn bundled() -> Result<Self, CalendarError> {
        Ok(Self {
            built_in: Arc::new(Calendar::bundled()?),
            known: RwLock::default(),
        })
    }

    /// Returns the calendar that is built in.
    pub(super) fn built_in(&self) -> &Arc<Calendar> {
        &self.built_in
    }

    /// Finds what was read of a district lately.
    fn find(&self, district: &str, now: Timestamp) -> Option<Arc<Calendar>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(district)?;
        // a clock that was set back makes nothing fresh
        let fresh = found.read_at <= now && now.duration_since(found.read_at) < KEPT;
        fresh.then(|| Arc::clone(&found.calendar))
    }

    fn keep(&self, district: &str, known: Known) {
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(district.to_owned(), known);
    }

    /// Forgets what was read.
    pub(crate) fn forget(&self) {
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        all.clear();
    }
}

/// Returns the calendar of a district: its own, else the city's, else the one that is built in.
pub(crate) async fn calendar_of(
    app: &App,
    db: &impl ConnectionTrait,
    district: &str,
) -> Result<Arc<Calendar>, StoreError> {
    let now = app.clock.now();
    if let Some(calendar) = app.calendars.find(district, now) {
        return Ok(calendar);
    }
    let calendar = read_calendar(app, db, district).await?;
    let known = Known {
        read_at: now,
        calendar: Arc::clone(&calendar),
    };
    app.calendars.keep(district, known);
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
