//! When somebody usually has time (可服务时段): windows of a week, joined where one follows the other, across midnight
//! and from Sunday to Monday as well.

use jiff::civil::{DateTime, Time};

use super::volunteer::{Weekday, Window};

/// Minutes of a day and of a week.
const DAY: i32 = 24 * 60;
const WEEK: i32 = 7 * DAY;
/// Nanoseconds of a minute.
const MINUTE: i128 = 60_000_000_000;

fn minutes_of(time: Time) -> i32 {
    i32::from(time.hour()) * 60 + i32::from(time.minute())
}

fn day_of(weekday: Weekday) -> i32 {
    match weekday {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => 4,
        Weekday::Saturday => 5,
        Weekday::Sunday => 6,
    }
}

impl Window {
    /// Says whether it ends before it begins; midnight is the end of its day (24:00).
    pub(crate) fn is_wrong(&self) -> bool {
        self.until <= self.from && self.until != Time::midnight()
    }

    /// From and until, in minutes from Monday.
    fn span(&self) -> (i32, i32) {
        let day = day_of(self.weekday) * DAY;
        let until = if self.until == Time::midnight() {
            DAY
        } else {
            minutes_of(self.until)
        };
        (day + minutes_of(self.from), day + until)
    }
}

/// Joins windows that meet or overlap: from, until in minutes from Monday, those that begin in the first of two weeks.
/// The last one may end in the second.
pub(crate) fn joined(windows: &[Window]) -> Vec<(i32, i32)> {
    let spans = windows.iter().map(Window::span);
    let mut spans: Vec<(i32, i32)> = spans
        .flat_map(|(from, until)| [(from, until), (from + WEEK, until + WEEK)])
        .collect();
    spans.sort_unstable();
    let mut joined: Vec<(i32, i32)> = Vec::with_capacity(spans.len());
    for (from, until) in spans {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined.retain(|(from, _)| *from < WEEK);
    joined
}

/// Says whether all of a span lies within windows; who gave none has time whenever it is.
pub(crate) fn cover(windows: &[Window], (begin, end): (DateTime, DateTime)) -> bool {
    if windows.is_empty() {
        return true;
    }
    let from = day_of(Weekday::from(begin.weekday())) * DAY + minutes_of(begin.time());
    // whole minutes from the one in which it begins to the one in which it ends
    let past = begin.time().duration_since(Time::midnight()).as_nanos() % MINUTE;
    let length = (end.duration_since(begin).as_nanos() + past + MINUTE - 1).div_euclid(MINUTE);
    let Ok(minutes) = i32::try_from(length) else {
        return false;
    };
    joined(windows)
        .into_iter()
        .any(|(open, shut)| open <= from && from.saturating_add(minutes) <= shut)
}

/// Says whether somebody has time at a moment.
pub(crate) fn hold(windows: &[Window], at: DateTime) -> bool {
    let minute = day_of(Weekday::from(at.weekday())) * DAY + minutes_of(at.time());
    windows.is_empty()
        || windows
            .iter()
            .map(Window::span)
            .any(|(from, until)| from <= minute && minute < until)
}

#[cfg(test)]
mod tests;
