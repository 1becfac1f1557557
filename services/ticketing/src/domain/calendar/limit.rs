//! Lengths of time limits.

use std::time::Duration;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use super::Calendar;

/// How long a limit is, and by which time it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Natural hours (自然时).
    Hours(u32),
    /// Hours of working time (工作时).
    WorkHours(u32),
    /// Working days (工作日): to the end of business of the last one, the day of the start not counted.
    WorkDays(u32),
}

impl Limit {
    /// The same limit on natural time, for danger to life: a day of work has 24 hours then.
    #[must_use]
    pub fn natural(self) -> Self {
        match self {
            Self::Hours(hours) | Self::WorkHours(hours) => Self::Hours(hours),
            Self::WorkDays(days) => Self::Hours(days.saturating_mul(24)),
        }
    }

    /// Tells whether the limit counts natural time.
    #[must_use]
    pub fn is_natural(self) -> bool {
        matches!(self, Self::Hours(_))
    }

    /// Finds when the limit ends that begins at `start`.
    #[must_use]
    pub fn after(self, start: Timestamp, calendar: &Calendar) -> Timestamp {
        match self {
            Self::Hours(count) => start.plus(hours(count)),
            Self::WorkHours(count) => calendar.add(start, hours(count)),
            Self::WorkDays(days) => calendar.end_of_workday(start, days),
        }
    }

    /// Finds when the limit begins that ends at `end`.
    #[must_use]
    pub fn before(self, end: Timestamp, calendar: &Calendar) -> Timestamp {
        match self {
            Self::Hours(count) => end.minus(hours(count)),
            Self::WorkHours(count) => calendar.subtract(end, hours(count)),
            Self::WorkDays(days) => calendar.end_of_workday_before(end, days),
        }
    }

    /// Measures what is left of the limit between two instants, in the time that it counts.
    #[must_use]
    pub fn left(self, now: Timestamp, end: Timestamp, calendar: &Calendar) -> Duration {
        if self.is_natural() {
            end.duration_since(now)
        } else {
            calendar.between(now, end)
        }
    }

    /// Finds the end of a limit of which `left` is left at `now`.
    #[must_use]
    pub fn resume(self, now: Timestamp, left: Duration, calendar: &Calendar) -> Timestamp {
        if self.is_natural() {
            now.plus(left)
        } else {
            calendar.add(now, left)
        }
    }
}

fn hours(count: u32) -> Duration {
    Duration::from_secs(u64::from(count).saturating_mul(3600))
}
