//! Since when something is so, and how it was before (历史沿革).
//!
//! History counts whole days: of several changes on one day the last one is that day's state.

use contracts::registry::OrgKind;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{OrgCode, Timestamp, named};
use problem::{Category, Fact, Kind};
use serde::{Deserialize, Serialize};

/// When a change counts, and when it is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effective {
    /// First day on which it counts.
    pub(crate) on: Date,
    /// When it is entered.
    pub(crate) now: Timestamp,
}

named! {
    /// What ended a period.
    #[derive(Serialize, Deserialize)]
    pub(crate) enum Ending {
        /// It got another name (更名).
        Renamed = "renamed",
        /// It came under another node (划转).
        Moved = "moved",
        /// It ended (撤销).
        Closed = "closed",
    }
}

/// A node as it was from one day to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Past {
    /// Its code.
    pub(crate) code: OrgCode,
    /// First day.
    pub(crate) since: Date,
    /// First day on which it was no longer so.
    pub(crate) until: Date,
    /// Its kind.
    pub(crate) kind: OrgKind,
    /// Its name.
    pub(crate) name: String,
    /// The node above.
    pub(crate) parent_code: Option<OrgCode>,
    /// What ended it.
    pub(crate) ended_by: Ending,
}

/// One organisation took the place of another (沿革): several successors are a split, several predecessors
/// a merger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Succession {
    /// What was.
    pub(crate) predecessor: OrgCode,
    /// What is instead.
    pub(crate) successor: OrgCode,
    /// First day of it.
    pub(crate) counts_from: Date,
}

/// Why a change cannot count from that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Untimely {
    /// That day is yet to come.
    #[error("effective in the future")]
    Future,
    /// What it changes counts since a later day only: history is added to, never rewritten.
    #[error("effective before the current state began, on {0}")]
    BeforeCurrent(Date),
}

impl Category for Untimely {
    fn fact(&self) -> Fact {
        match self {
            Self::Future => Fact::new(
                Kind::Invalid,
                "effective-in-future",
                "生效日期不能晚于今天",
                "the effective date must not be after today",
            ),
            Self::BeforeCurrent(since) => Fact::new(
                Kind::Invalid,
                "effective-before-current",
                format!("现状自 {since} 起，生效日期不能更早"),
                format!("what it changes counts since {since}; the date must not be before it"),
            ),
        }
        .at("/effective_on")
    }
}

impl Effective {
    /// Settles from which day a change counts: today where the caller names no day.
    pub(crate) fn new(on: Option<Date>, now: Timestamp, zone: &TimeZone) -> Result<Self, Untimely> {
        let today = now.date_in(zone);
        let on = on.unwrap_or(today);
        if on > today {
            return Err(Untimely::Future);
        }
        Ok(Self { on, now })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use kernel::Timestamp;

    use super::{Effective, Untimely};

    #[test]
    fn a_change_counts_from_today_in_the_zone_or_from_an_earlier_day() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let now: Timestamp = "2026-11-21T17:00:00Z".parse().unwrap();
        let today = date(2026, 11, 22);
        assert_eq!(Effective::new(None, now, &zone).unwrap().on, today);
        assert_eq!(Effective::new(Some(today), now, &zone).unwrap().on, today);
        let tomorrow = Some(date(2026, 11, 23));
        assert_eq!(Effective::new(tomorrow, now, &zone), Err(Untimely::Future));
    }
}
