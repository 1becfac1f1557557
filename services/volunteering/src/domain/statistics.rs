//! Figures of voluntary service (统计): sums by place and day, and the rates that follow from them (formulas 25, 28).
//!
//! What happens is a change of a sum: how many minutes more, one volunteer less. A rate is never stored.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{OrgPath, named};
use serde::Serialize;

/// Day of what has none: how many volunteers there are is true today, whenever they came.
pub(crate) const STANDING: i64 = 0;
/// Days in which one confirmed service makes a volunteer active (活跃).
pub(crate) const ACTIVE_DAYS: i64 = 365;
/// Months of a quarter.
const MONTHS: usize = 3;
/// Smaller counts aren't shown to everybody (R8).
pub(crate) const LEAST_SHOWN: u64 = 5;

named! {
    /// What is summed.
    #[derive(PartialOrd, Ord, Serialize)]
    pub(crate) enum Measure {
        /// 已确认服务分钟, by kind
        Minutes = "minutes",
        /// 已确认服务人次, by kind
        Times = "times",
        /// 积分，百分之一分
        Points = "points",
        /// 录取人次
        Accepted = "accepted",
        /// 到岗人次
        Arrived = "arrived",
        /// 已结束的接单任务
        TasksEnded = "tasks_ended",
        /// 其中有人认领的
        TasksTaken = "tasks_taken",
        /// 志愿者人数, by state; standing
        Volunteers = "volunteers",
        /// 星级志愿者人数, by stars; standing
        Stars = "stars",
        /// 按最近一次服务日的志愿者人数
        LastServed = "last_served",
    }
}

/// A change of a sum at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) place: OrgPath,
    pub(crate) day: i64,
    pub(crate) measure: Measure,
    /// Kind of service, state or stars; empty where there is none.
    pub(crate) kind: String,
    pub(crate) amount: i64,
}

/// Days since 1970.
pub(crate) fn day_number(date: Date) -> i64 {
    let span = date.since(jiff::civil::date(1970, 1, 1));
    span.map_or(0, |span| i64::from(span.get_days()))
}

/// Where a volunteer stands: what counts of them at their home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) home: OrgPath,
    /// Day of the last confirmed service.
    pub(crate) last_day: Option<i64>,
    pub(crate) stars: usize,
    /// Confirmed minutes.
    pub(crate) minutes: u64,
}

impl Standing {
    /// What it adds to the sums, or takes away.
    pub(crate) fn changes(&self, sign: i64) -> Vec<Change> {
        let change = |day, measure, kind| Change {
            place: self.home.clone(),
            day,
            measure,
            kind,
            amount: sign,
        };
        let mut changes = Vec::new();
        if let Some(day) = self.last_day {
            changes.push(change(day, Measure::LastServed, String::new()));
        }
        if self.stars > 0 {
            changes.push(change(STANDING, Measure::Stars, self.stars.to_string()));
        }
        changes
    }
}

/// Sums of a place and a period, by measure and kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures(BTreeMap<(Measure, String), i64>);

impl Figures {
    /// Adds a sum.
    pub(crate) fn add(&mut self, measure: Measure, kind: String, amount: i64) {
        *self.0.entry((measure, kind)).or_default() += amount;
    }

    /// Sum of a measure over all kinds; never below nothing.
    pub(crate) fn of(&self, measure: Measure) -> u64 {
        let values = self.kinds(measure).map(|(_, value)| value);
        values.sum()
    }

    /// Sum of one kind.
    pub(crate) fn of_kind(&self, measure: Measure, kind: &str) -> u64 {
        let value = self.0.get(&(measure, kind.to_owned()));
        value.map_or(0, |value| u64::try_from(*value).unwrap_or_default())
    }

    /// Kinds of a measure that there are any of.
    pub(crate) fn kinds(&self, measure: Measure) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().filter_map(move |((known, kind), value)| {
            let value = u64::try_from(*value).unwrap_or_default();
            (*known == measure && value > 0).then_some((kind.as_str(), value))
        })
    }
}

/// A count as somebody may see it: what is small points at people, and is shown to those who run the place alone.
pub(crate) fn shown(count: u64, all: bool) -> Option<u64> {
    (all || count == 0 || count >= LEAST_SHOWN).then_some(count)
}

/// Says whether a whole row of counts may be seen: a single small one would follow from the others.
pub(crate) fn row_shown(counts: &[u64], all: bool) -> bool {
    counts.iter().all(|count| shown(*count, all).is_some())
}

/// The same of a period and the parts that it has: who has the whole and all parts but one has that one as well.
pub(crate) fn all_shown(of: &[&Figures], row: impl Fn(&Figures) -> Vec<u64>, all: bool) -> bool {
    of.iter().all(|figures| row_shown(&row(figures), all))
}

/// Splits a period into its months where it is a calendar month or a calendar quarter; others have none.
pub(crate) fn months_of(from: Date, to: Date) -> Option<Vec<(Date, Date)>> {
    let mut months = Vec::new();
    let mut begin = from.first_of_month();
    while begin <= to && months.len() < MONTHS {
        let end = begin.last_of_month();
        months.push((begin, end));
        begin = end.tomorrow().ok()?;
    }
    let whole = from == from.first_of_month() && months.last().is_some_and(|last| last.1 == to);
    let quarter = months.len() == MONTHS && from.month() % 3 == 1;
    (whole && (months.len() == 1 || quarter)).then_some(months)
}

/// A rate in hundredths of a percent; none of nothing.
pub(crate) fn basis_points(part: u64, whole: u64) -> Option<u64> {
    part.saturating_mul(10_000).checked_div(whole)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{
        Figures, Measure, all_shown, basis_points, day_number, months_of, row_shown, shown,
    };

    #[test]
    fn a_period_has_months_where_it_is_a_month_or_a_quarter() {
        let months = |from: (i16, i8, i8), to: (i16, i8, i8)| {
            let day = |(year, month, day)| date(year, month, day);
            months_of(day(from), day(to)).map(|months| months.len())
        };
        assert_eq!(months((2026, 2, 1), (2026, 2, 28)), Some(1));
        assert_eq!(months((2026, 10, 1), (2026, 12, 31)), Some(3));
        for (from, to) in [
            ((2026, 2, 1), (2026, 2, 27)),
            ((2026, 2, 2), (2026, 2, 28)),
            ((2026, 2, 1), (2026, 3, 31)),
            ((2026, 2, 1), (2026, 4, 30)),
            ((2026, 1, 1), (2026, 12, 31)),
            ((2026, 3, 1), (2026, 2, 28)),
        ] {
            assert_eq!(months(from, to), None, "{from:?} {to:?}");
        }
    }

    #[test]
    fn a_small_part_hides_the_whole() {
        let figures = |times| {
            let mut figures = Figures::default();
            figures.add(Measure::Times, "visit".to_owned(), times);
            figures
        };
        let (whole, large, small) = (figures(12), figures(10), figures(2));
        let row = |figures: &Figures| vec![figures.of(Measure::Times)];
        assert!(all_shown(&[&whole, &large], row, false));
        assert!(!all_shown(&[&whole, &large, &small], row, false));
        assert!(all_shown(&[&whole, &large, &small], row, true));
    }

    #[test]
    fn rates_have_a_whole_and_sums_never_go_below_nothing() {
        assert_eq!(basis_points(1, 3), Some(3_333));
        assert_eq!(basis_points(0, 0), None);
        let mut figures = Figures::default();
        for (kind, amount) in [("visit", 3), ("visit", -1), ("patrol", -2)] {
            figures.add(Measure::Times, kind.to_owned(), amount);
        }
        assert_eq!(figures.of(Measure::Times), 2);
        assert_eq!(figures.of_kind(Measure::Times, "patrol"), 0);
        assert_eq!(figures.kinds(Measure::Times).count(), 1);
        assert_eq!(day_number(jiff::civil::date(1970, 1, 2)), 1);
        assert_eq!(day_number(jiff::civil::date(2026, 11, 22)), 20_779);
    }

    #[test]
    fn small_counts_are_for_those_who_run_the_place() {
        assert_eq!(
            [0, 1, 4, 5].map(|n| shown(n, false).is_some()),
            [true, false, false, true]
        );
        assert_eq!(shown(1, true), Some(1));
        assert!(!row_shown(&[10, 4], false) && row_shown(&[10, 0], false) && row_shown(&[4], true));
    }
}
