//! The arithmetic against an oracle that walks minute by minute.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::Timestamp;
use proptest::prelude::*;

use super::{Calendar, CalendarError, CalendarSpec, Limit, spec::YearSpec};

fn cn() -> Calendar {
    Calendar::bundled().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// An instant given by the clock of Shanghai.
fn at(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().unwrap()
}

#[test]
fn holidays_and_makeup_days_follow_the_notices() {
    let calendar = cn();
    for (text, works) in [
        ("2024-02-09", true),
        ("2024-02-10", false),
        ("2024-02-18", true),
        ("2024-10-12", true),
        ("2025-01-26", true),
        ("2025-01-27", true),
        ("2025-01-28", false),
        ("2025-10-08", false),
        ("2025-10-11", true),
        ("2026-01-04", true),
        ("2026-02-14", true),
        ("2026-02-23", false),
        ("2026-05-09", true),
        ("2026-09-20", true),
        ("2026-09-27", false),
        ("2026-11-22", false),
        ("2026-11-23", true),
    ] {
        assert_eq!(calendar.is_workday(date(text)), works, "{text}");
    }
}

/// What the statutes leave of each year: 11 days of holiday in 2024, 13 since 2025, and every weekend
/// day that is worked on stands for a weekday off.
#[test]
fn each_year_has_as_many_workdays_as_its_notice_leaves() {
    let calendar = cn();
    for (year, days) in [(2024, 251), (2025, 248), (2026, 248)] {
        let first = Date::new(year, 1, 1).unwrap();
        let all = first.series(jiff::Span::new().days(1));
        let works = all
            .take_while(|date| date.year() == year)
            .filter(|date| calendar.is_workday(*date));
        assert_eq!(works.count(), days, "{year}");
    }
}

#[test]
fn limits_end_where_people_expect_them() {
    let calendar = cn();
    let cases = [
        // over the lunch break
        ("2026-11-23T11:00", Limit::WorkHours(2), "2026-11-23T15:00"),
        // to the minute in which the block ends, not to the next one
        ("2026-11-23T10:00", Limit::WorkHours(2), "2026-11-23T12:00"),
        // on a Sunday that is none
        ("2026-02-13T17:00", Limit::WorkHours(2), "2026-02-14T09:00"),
        // over the nine days of the Spring Festival
        ("2026-02-14T17:00", Limit::WorkHours(2), "2026-02-24T09:00"),
        ("2026-11-22T13:00", Limit::WorkDays(1), "2026-11-23T18:00"),
        ("2026-09-24T09:00", Limit::WorkDays(5), "2026-10-09T18:00"),
        ("2026-11-21T23:00", Limit::Hours(2), "2026-11-22T01:00"),
        ("2026-11-23T10:00", Limit::WorkDays(0), "2026-11-23T18:00"),
    ];
    for (start, limit, end) in cases {
        assert_eq!(
            limit.after(at(start), &calendar),
            at(end),
            "{start} {limit:?}"
        );
    }
    let before = Limit::WorkDays(1).before(at("2026-10-08T18:00"), &calendar);
    assert_eq!(before, at("2026-09-30T18:00"));
    assert_eq!(Limit::WorkDays(2).natural(), Limit::Hours(48));
}

/// What is broken of a calendar.
type Change = fn(&mut CalendarSpec);

#[test]
fn a_calendar_that_makes_no_sense_is_refused() {
    let sound = CalendarSpec::parse("", super::BUNDLED.1).unwrap();
    let broken = |change: fn(&mut CalendarSpec)| {
        let mut spec = sound.clone();
        change(&mut spec);
        spec.resolve().unwrap_err()
    };
    let blocks: [Change; 6] = [
        |spec| spec.blocks.clear(),
        |spec| spec.blocks = vec!["8:00-12:00".to_owned()],
        |spec| spec.blocks = vec!["12:00-08:00".to_owned()],
        |spec| spec.blocks = vec!["08:00-24:01".to_owned()],
        |spec| spec.blocks = vec!["08:00-12:00".to_owned(), "11:00-13:00".to_owned()],
        |spec| spec.blocks = vec!["08:00-08:01".to_owned(); 9],
    ];
    for change in blocks {
        assert_eq!(broken(change), CalendarError::Blocks);
    }
    let days: [Change; 4] = [
        |spec| spec.workdays.clear(),
        |spec| spec.workdays = vec!["monday".to_owned()],
        |spec| spec.workdays = vec!["mon".to_owned(); 2],
        |spec| spec.blocks = vec!["08:00-08:11".to_owned()],
    ];
    for change in days {
        assert_eq!(broken(change), CalendarError::Workdays);
    }
    assert_eq!(
        broken(|spec| spec.zone = "Mars/Base".to_owned()),
        CalendarError::Zone
    );
    let dates: [fn(&mut YearSpec); 4] = [
        |year| year.makeup.push("2025-01-01".to_owned()),
        |year| year.makeup.push("2024-02-30".to_owned()),
        |year| year.makeup.push("2024-02-10".to_owned()),
        |year| {
            year.holidays
                .iter_mut()
                .for_each(|day| day.to = day.from.replace("2024", "2023"));
        },
    ];
    for change in dates {
        let mut spec = sound.clone();
        change(spec.years.first_mut().unwrap());
        assert!(matches!(spec.resolve(), Err(CalendarError::Date(_))));
    }
    let mut spec = sound.clone();
    spec.years.first_mut().unwrap().notice.clear();
    assert_eq!(spec.resolve(), Err(CalendarError::Size));
}

/// Every minute of a span of days, looked at one by one: no clever step, so it can be believed.
struct Oracle {
    first: Timestamp,
    /// Of each minute, how many working minutes came before it.
    before: Vec<usize>,
    /// The working minutes.
    works: Vec<usize>,
}

const MINUTE: Duration = Duration::from_mins(1);

impl Oracle {
    fn of(calendar: &Calendar, spec: &CalendarSpec, first: Date, days: usize) -> Self {
        let (mut before, mut works) = (Vec::new(), Vec::new());
        for date in first.series(jiff::Span::new().days(1)).take(days) {
            let workday = calendar.is_workday(date);
            for minute in 0..1440_u32 {
                let clock = format!("{:02}:{:02}", minute / 60, minute % 60);
                let inside = spec.blocks.iter().any(|block| {
                    let (from, to) = block.split_once('-').unwrap();
                    from <= clock.as_str() && clock.as_str() < to
                });
                if workday && inside {
                    works.push(before.len());
                }
                before.push(works.len() - usize::from(workday && inside));
            }
        }
        let zone = TimeZone::fixed(jiff::tz::Offset::constant(8));
        let first = zone.to_timestamp(first.at(0, 0, 0, 0)).unwrap();
        Self {
            first: first.into(),
            before,
            works,
        }
    }

    fn instant(&self, minute: usize) -> Timestamp {
        self.first.plus(MINUTE * u32::try_from(minute).unwrap())
    }

    /// The end of the last of so many working minutes from `start`.
    fn add(&self, start: usize, work: usize) -> Option<usize> {
        let last = (self.before.get(start)? + work).checked_sub(1)?;
        self.works.get(last).map(|minute| minute + 1)
    }

    /// The begin of the first of so many working minutes up to `end`.
    fn subtract(&self, end: usize, work: usize) -> Option<usize> {
        let first = self.before.get(end)?.checked_sub(work)?;
        self.works.get(first).copied()
    }

    fn between(&self, start: usize, end: usize) -> usize {
        let inside = |minute: &&usize| (start..end).contains(*minute);
        self.works
            .iter()
            .skip(self.before.get(start).copied().unwrap())
            .take_while(inside)
            .count()
    }
}

fn calendars() -> Vec<(Calendar, Oracle)> {
    let bundled = CalendarSpec::parse("", super::BUNDLED.1).unwrap();
    let with = |blocks: &[&str], workdays: &[&str]| {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        CalendarSpec {
            blocks: texts(blocks),
            workdays: texts(workdays),
            ..bundled.clone()
        }
    };
    let specs = [
        bundled.clone(),
        with(&["00:00-24:00"], &["mon", "wed", "sun"]),
        with(
            &["00:00-00:30", "06:15-06:16", "09:00-17:30", "22:00-24:00"],
            &["sat", "tue"],
        ),
    ];
    let made = specs.iter().map(|spec| {
        let calendar = spec.resolve().unwrap();
        let oracle = Oracle::of(&calendar, spec, date("2025-12-20"), 200);
        (calendar, oracle)
    });
    made.collect()
}

/// 100,000 random questions on three calendars, over holidays, make-up days and the turn of the year.
#[test]
fn the_arithmetic_agrees_with_a_minute_by_minute_oracle() {
    let calendars = calendars();
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    let mut roll = |sides: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        usize::try_from(dice % u64::try_from(sides).unwrap()).unwrap()
    };
    let mut asked = 0_u32;
    while asked < 100_000 {
        let (calendar, oracle) = calendars.get(roll(calendars.len())).unwrap();
        let (start, work) = (roll(oracle.before.len()), 1 + roll(3_000));
        let duration = MINUTE * u32::try_from(work).unwrap();
        if let Some(end) = oracle.add(start, work) {
            asked += 2;
            let found = calendar.add(oracle.instant(start), duration);
            assert_eq!(found, oracle.instant(end), "{start} + {work}");
            assert_eq!(oracle.between(start, end), work);
            let measured = calendar.between(oracle.instant(start), oracle.instant(end));
            assert_eq!(measured, duration, "{start} .. {end}");
        }
        if let Some(begin) = oracle.subtract(start, work) {
            asked += 1;
            let found = calendar.subtract(oracle.instant(start), duration);
            assert_eq!(found, oracle.instant(begin), "{start} - {work}");
        }
    }
}

proptest! {
    #[test]
    fn what_was_added_can_be_measured(start in 0_i64..4_000_000_000, seconds in 0_u64..2_000_000) {
        let calendar = cn();
        let start = Timestamp::from_micros(start * 1_000_000).unwrap();
        let work = Duration::from_secs(seconds);
        let end = calendar.add(start, work);
        prop_assert!(end >= start);
        prop_assert_eq!(calendar.between(start, end), work);
        prop_assert_eq!(calendar.between(end, start), Duration::ZERO);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,80}", date in ".{0,12}") {
        let mut spec = CalendarSpec::parse("", super::BUNDLED.1).unwrap();
        spec.blocks = vec![text.clone()];
        let _ = spec.resolve();
        let _ = CalendarSpec::parse("", &text);
        spec.blocks = vec!["08:00-12:00".to_owned()];
        spec.years.first_mut().unwrap().makeup = vec![date];
        let _ = spec.resolve();
    }
}
