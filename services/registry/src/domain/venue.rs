//! Venues and who has them when (场地预约). Time is cut into half hours: a booking takes whole ones, and
//! each half hour of a venue belongs to one booking at most.

use std::time::Duration;

use kernel::{AccountId, BookingId, OrgCode, Timestamp, VenueId, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Microseconds of a half hour.
const HALF_HOUR: i64 = 30 * 60 * 1_000_000;
/// Most half hours of one booking: a day.
const MOST_SLOTS: i64 = 48;
/// How far ahead a venue may be booked.
const HORIZON: Duration = Duration::from_hours(24 * 90);

/// A place that can be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Venue {
    /// Its id.
    pub(crate) id: VenueId,
    /// Organisation that runs it.
    pub(crate) org_code: OrgCode,
    /// Its public name.
    pub(crate) name: String,
    /// People that it holds.
    pub(crate) capacity: u32,
    /// Whether it can be booked.
    pub(crate) open: bool,
    /// Its version.
    pub(crate) version: Version,
    /// When it was entered.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

named! {
    /// How far a booking has come.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum BookingState {
        /// 已预约
        Booked = "booked",
        /// 已取消
        Cancelled = "cancelled",
    }
}

/// Somebody has a venue for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Booking {
    /// Its id.
    pub(crate) id: BookingId,
    /// The venue.
    pub(crate) venue: VenueId,
    /// Who has it.
    pub(crate) account: AccountId,
    /// First instant.
    pub(crate) starts_at: Timestamp,
    /// End, not included.
    pub(crate) ends_at: Timestamp,
    /// How far it has come.
    pub(crate) state: BookingState,
    /// Its version.
    pub(crate) version: Version,
    /// When it was made.
    pub(crate) created_at: Timestamp,
}

/// Why a span of time cannot be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WrongSpan {
    /// It does not begin and end at full or half hours.
    #[error("not in half hours")]
    NotHalfHours,
    /// It ends before it begins, or is longer than a day.
    #[error("empty or too long")]
    Length,
    /// It is over, or too far ahead.
    #[error("past or too far ahead")]
    OutOfReach,
}

/// Lists the half hours of a span, counted from 1970.
pub(crate) fn slots(
    starts_at: Timestamp,
    ends_at: Timestamp,
    now: Timestamp,
) -> Result<Vec<i64>, WrongSpan> {
    let (first, end) = (starts_at.micros(), ends_at.micros());
    if first.rem_euclid(HALF_HOUR) != 0 || end.rem_euclid(HALF_HOUR) != 0 {
        return Err(WrongSpan::NotHalfHours);
    }
    let (first, end) = (first.div_euclid(HALF_HOUR), end.div_euclid(HALF_HOUR));
    if !(1..=MOST_SLOTS).contains(&(end - first)) {
        return Err(WrongSpan::Length);
    }
    if ends_at <= now || starts_at > now.plus(HORIZON) {
        return Err(WrongSpan::OutOfReach);
    }
    Ok((first..end).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::Timestamp;
    use proptest::prelude::*;

    use super::{HALF_HOUR, WrongSpan, slots};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_booking_takes_whole_half_hours_of_the_near_future() {
        let now = at("2026-11-22T01:10:00Z");
        let span = |from: &str, to: &str| slots(at(from), at(to), now).map(|slots| slots.len());
        assert_eq!(span("2026-11-22T02:00:00Z", "2026-11-22T03:30:00Z"), Ok(3));
        assert_eq!(span("2026-11-22T01:00:00Z", "2026-11-22T01:30:00Z"), Ok(1));
        for (from, to, wrong) in [
            (
                "2026-11-22T02:10:00Z",
                "2026-11-22T03:00:00Z",
                WrongSpan::NotHalfHours,
            ),
            (
                "2026-11-22T02:00:00Z",
                "2026-11-22T02:59:59.9Z",
                WrongSpan::NotHalfHours,
            ),
            (
                "2026-11-22T02:00:00Z",
                "2026-11-22T02:00:00Z",
                WrongSpan::Length,
            ),
            (
                "2026-11-22T03:00:00Z",
                "2026-11-22T02:00:00Z",
                WrongSpan::Length,
            ),
            (
                "2026-11-22T02:00:00Z",
                "2026-11-23T02:30:00Z",
                WrongSpan::Length,
            ),
            (
                "2026-11-22T00:00:00Z",
                "2026-11-22T01:00:00Z",
                WrongSpan::OutOfReach,
            ),
            (
                "2027-11-22T00:00:00Z",
                "2027-11-22T01:00:00Z",
                WrongSpan::OutOfReach,
            ),
        ] {
            assert_eq!(span(from, to), Err(wrong), "{from}");
        }
    }

    proptest! {
        #[test]
        fn two_spans_share_a_half_hour_exactly_when_they_overlap(
            one in 0_i64..200, length in 1_i64..48, other in 0_i64..200, its in 1_i64..48,
        ) {
            let instant = |slot: i64| Timestamp::from_micros(slot * HALF_HOUR).unwrap();
            let taken = |from: i64, long: i64| slots(instant(from), instant(from + long), Timestamp::UNIX_EPOCH).unwrap();
            let (first, second) = (taken(one, length), taken(other, its));
            let shared = first.iter().any(|slot| second.contains(slot));
            prop_assert_eq!(shared, one < other + its && other < one + length);
        }
    }
}
