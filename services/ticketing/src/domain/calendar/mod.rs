//! Working time (工作时间): days with their blocks of work, holidays and make-up workdays, and the arithmetic on them.
//!
//! A calendar is a value: [`spec::CalendarSpec`] is how it is written, [`Calendar`] how it is used. All functions are
//! total; what lies beyond the range of dates is cut to its edge.

mod limit;
pub mod spec;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use kernel::Timestamp;

pub use limit::Limit;
pub use spec::{CalendarError, CalendarSpec};

/// The name of the calendar that is built in, and its text.
pub const BUNDLED: (&str, &str) = (
    "rules/calendar.toml",
    include_str!("../../../rules/calendar.toml"),
);

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// A stretch of work within a day, in minutes since midnight; `to` is at most 1440.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    from: u16,
    to: u16,
}

/// What a date is, where it differs from its day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exception {
    /// No work (放假).
    Holiday,
    /// Work as on any workday (调休上班).
    Makeup,
}

/// A calendar of working time, made by [`CalendarSpec::resolve`] only: every week has an hour of work at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    zone: TimeZone,
    blocks: Vec<Block>,
    workdays: Vec<Weekday>,
    exceptions: BTreeMap<Date, Exception>,
}

impl Calendar {
    /// Reads the calendar that is built in.
    ///
    /// # Errors
    /// Its file is wrong; a test shows that it isn't.
    pub fn bundled() -> Result<Self, CalendarError> {
        CalendarSpec::parse(BUNDLED.0, BUNDLED.1)?.resolve()
    }

    /// Returns the zone whose clock the calendar reads.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Tells whether there is work on a date.
    #[must_use]
    pub fn is_workday(&self, date: Date) -> bool {
        match self.exceptions.get(&date) {
            Some(Exception::Holiday) => false,
            Some(Exception::Makeup) => true,
            None => self.workdays.contains(&date.weekday()),
        }
    }

    /// Finds the instant at which `work` of working time has passed since `start`; no work at all ends at once.
    #[must_use]
    pub fn add(&self, start: Timestamp, work: Duration) -> Timestamp {
        if work.is_zero() {
            return start;
        }
        let mut left = work;
        let mut date = start.date_in(&self.zone);
        let mut last = start;
        loop {
            for (from, to) in self.spans(date) {
                let begin = from.max(start);
                let has = to.duration_since(begin);
                if has >= left {
                    return begin.plus(left);
                }
                left = left.saturating_sub(has);
                last = to.max(last);
            }
            match date.tomorrow() {
                Ok(next) => date = next,
                Err(_) => return last,
            }
        }
    }

    /// Finds the instant since which `work` of working time has passed until `end`; no work at all begins at `end`.
    #[must_use]
    pub fn subtract(&self, end: Timestamp, work: Duration) -> Timestamp {
        if work.is_zero() {
            return end;
        }
        let mut left = work;
        let mut date = end.date_in(&self.zone);
        let mut first = end;
        loop {
            for (from, to) in self.spans(date).rev() {
                let until = to.min(end);
                let has = until.duration_since(from);
                if has >= left {
                    return until.minus(left);
                }
                left = left.saturating_sub(has);
                first = from.min(first);
            }
            match date.yesterday() {
                Ok(before) => date = before,
                Err(_) => return first,
            }
        }
    }

    /// Measures the working time from one instant to another; none where the second is not later.
    #[must_use]
    pub fn between(&self, start: Timestamp, end: Timestamp) -> Duration {
        let last = end.date_in(&self.zone);
        let mut date = start.date_in(&self.zone);
        let mut work = Duration::ZERO;
        while date <= last {
            for (from, to) in self.spans(date) {
                work = work.saturating_add(to.min(end).duration_since(from.max(start)));
            }
            match date.tomorrow() {
                Ok(next) => date = next,
                Err(_) => break,
            }
        }
        work
    }

    /// Finds the end of work on the `days`-th workday after the day of `start`, which itself does not count
    /// (民法典 201, 203: the first day is not counted, the last one ends with business hours).
    #[must_use]
    pub fn end_of_workday(&self, start: Timestamp, days: u32) -> Timestamp {
        let mut left = days;
        let mut date = start.date_in(&self.zone);
        while left > 0 {
            match date.tomorrow() {
                Ok(next) => date = next,
                Err(_) => break,
            }
            left -= u32::from(self.is_workday(date));
        }
        let end = self.blocks.last().map_or(DAY, |block| block.to);
        self.instant(date, end).max(start)
    }

    /// Finds the end of work on the `days`-th workday before the day of `end`.
    #[must_use]
    pub fn end_of_workday_before(&self, end: Timestamp, days: u32) -> Timestamp {
        let mut left = days;
        let mut date = end.date_in(&self.zone);
        while left > 0 {
            match date.yesterday() {
                Ok(before) => date = before,
                Err(_) => break,
            }
            left -= u32::from(self.is_workday(date));
        }
        let close = self.blocks.last().map_or(DAY, |block| block.to);
        self.instant(date, close).min(end)
    }

    /// Walks the stretches of work of a date.
    fn spans(&self, date: Date) -> impl DoubleEndedIterator<Item = (Timestamp, Timestamp)> + '_ {
        let works = self.is_workday(date);
        let blocks = self.blocks.iter().filter(move |_| works);
        blocks.map(move |block| (self.instant(date, block.from), self.instant(date, block.to)))
    }

    /// Finds the instant of a minute of a date; midnight at the end belongs to the next date.
    fn instant(&self, date: Date, minute: u16) -> Timestamp {
        let (date, minute) = match date.tomorrow() {
            Ok(next) if minute == DAY => (next, 0),
            _ => (date, minute.min(DAY - 1)),
        };
        let part = |value: u16| i8::try_from(value).unwrap_or(0);
        let time = date.at(part(minute / 60), part(minute % 60), 0, 0);
        let instant = self.zone.to_timestamp(time);
        instant.map_or(Timestamp::UNIX_EPOCH, Timestamp::from)
    }
}

#[cfg(test)]
mod tests;
