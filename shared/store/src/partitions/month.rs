use std::fmt;

use jiff::civil::Date;
use jiff::{ToSpan, tz::TimeZone};
use kernel::Timestamp;
use uuid::Uuid;

/// A month of UTC, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(Date);

impl Month {
    pub(super) fn of(at: Timestamp) -> Self {
        Self(at.date_in(&TimeZone::UTC).first_of_month())
    }

    /// Reads what [`Display`](fmt::Display) writes.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_at_checked(4)?;
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, 1);
        date.ok().map(Self).filter(|read| read.to_string() == text)
    }

    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_add(1.month()))
    }

    /// Says whether the whole month lies before `at`.
    pub(super) fn is_over_at(self, at: Timestamp) -> bool {
        self.next() <= Self::of(at)
    }

    /// The least UUIDv7 of the month: 48 bits of milliseconds, and nothing else.
    pub(super) fn first_id(self) -> Uuid {
        let since = self.0.duration_since(Date::constant(1970, 1, 1));
        let millis = u128::try_from(since.as_millis()).unwrap_or_default();
        Uuid::from_u128(millis << 80)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::Timestamp;
    use uuid::Uuid;

    use super::Month;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The least and the greatest UUIDv7 of an instant.
    fn ids(text: &str) -> [Uuid; 2] {
        let millis = u128::try_from(at(text).micros() / 1_000).unwrap() << 80;
        let (version, variant) = (7_u128 << 76, 2_u128 << 62);
        let greatest = (0xfff_u128 << 64) | (u128::MAX >> 66);
        [0, greatest].map(|random| Uuid::from_u128(millis | version | variant | random))
    }

    #[test]
    fn ids_of_a_month_lie_between_its_first_and_that_of_the_next() {
        let month = Month::of(at("2026-12-07T10:00:00Z"));
        for text in ["2026-12-01T00:00:00Z", "2026-12-31T23:59:59.999Z"] {
            for id in ids(text) {
                assert!(id.get_version_num() == 7 && month.first_id() <= id);
                assert!(id < month.next().first_id());
            }
        }
        for id in ids("2026-11-30T23:59:59.999Z") {
            assert!(id < month.first_id());
        }
        for id in ids("2027-01-01T00:00:00Z") {
            assert!(month.next().first_id() <= id);
        }
    }

    #[test]
    fn a_month_reads_as_it_is_written() {
        let month = Month::of(at("2026-12-31T23:59:59.999Z"));
        assert_eq!(month.to_string(), "202612");
        assert_eq!(month.next().to_string(), "202701");
        assert_eq!(Month::parse("202612"), Some(month));
        for text in ["202613", "2026", "default", "+20261", "20261 "] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_month_is_over_when_the_next_has_begun() {
        let month = Month::of(at("2026-12-31T23:59:59.999Z"));
        assert!(!month.is_over_at(at("2026-12-31T23:59:59.999Z")));
        assert!(month.is_over_at(at("2027-01-01T00:00:00Z")));
    }
}
