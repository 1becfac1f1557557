#![expect(clippy::unwrap_used, reason = "tests may")]

use jiff::ToSpan;
use jiff::civil::{DateTime, Time, date};
use kernel::Named;
use proptest::prelude::*;

use super::{cover, hold, joined};
use crate::domain::volunteer::{Weekday, Window};

fn time(minute: u32) -> Time {
    let part = |number: u32| i8::try_from(number).unwrap();
    Time::new(part(minute / 60), part(minute % 60), 0, 0).unwrap()
}

fn window(day: usize, from: u32, until: u32) -> Window {
    Window {
        weekday: *Weekday::ALL.get(day).unwrap(),
        from: time(from),
        until: time(until % (24 * 60)),
    }
}

/// A Monday.
fn monday() -> DateTime {
    date(2026, 11, 23).to_datetime(Time::midnight())
}

fn at(minute: i64) -> DateTime {
    monday().checked_add(minute.minutes()).unwrap()
}

/// Says of one minute whether a window has it, as slowly and plainly as can be.
fn is_open(windows: &[Window], minute: DateTime) -> bool {
    windows.iter().any(|window| {
        window.weekday == Weekday::from(minute.weekday())
            && window.from <= minute.time()
            && (minute.time() < window.until || window.until == Time::midnight())
    })
}

fn windows() -> impl Strategy<Value = Vec<Window>> {
    // the edges of days, and times that meet one another often
    let one = (0_usize..7, 0_u32..24, 1_u32..=24);
    let one = one.prop_filter_map("ends after it begins", |(day, from, length)| {
        let until = from + length;
        (until <= 24).then(|| window(day, from * 60, until * 60))
    });
    proptest::collection::vec(one, 0..12)
}

proptest! {
    #[test]
    fn a_span_is_covered_where_each_of_its_minutes_is(
        windows in windows(),
        from in 0_i64..7 * 24 * 4,
        length in 1_i64..24 * 4,
        seconds in (0_i64..2, 0_i64..2),
    ) {
        let (begin, end) = (from * 15, (from + length) * 15);
        let open = (begin..end).all(|minute| is_open(&windows, at(minute)));
        let expected = windows.is_empty() || open;
        prop_assert_eq!(cover(&windows, (at(begin), at(end))), expected);
        prop_assert_eq!(hold(&windows, at(begin)), windows.is_empty() || is_open(&windows, at(begin)));
        // some seconds more are a minute more
        let (late, later) = (at(begin) + seconds.0.seconds(), at(end) + seconds.1.seconds());
        let last = end + seconds.1;
        let open = (begin..last).all(|minute| is_open(&windows, at(minute)));
        prop_assert_eq!(cover(&windows, (late, later)), windows.is_empty() || open);
    }

    #[test]
    fn joined_windows_have_the_minutes_that_the_windows_had(windows in windows(), hour in 0_i32..7 * 24) {
        let minute = hour * 60;
        let spans = joined(&windows);
        let within = spans.iter().any(|(from, until)| *from <= minute && minute < *until);
        prop_assert_eq!(within, is_open(&windows, at(i64::from(minute))));
        for pair in spans.windows(2) {
            let [(_, until), (from, _)] = pair else { unreachable!("pairs") };
            prop_assert!(until < from, "{spans:?}");
        }
    }
}

#[test]
fn a_night_patrol_lies_in_two_windows_that_meet_at_midnight() {
    let patrol = |day: i64| (at(day * 1440 + 22 * 60), at(day * 1440 + 26 * 60));
    let night = [window(4, 20 * 60, 1440), window(5, 0, 3 * 60)];
    assert!(cover(&night, patrol(4)));
    assert!(!cover(&night, patrol(5)));
    // one minute is missing
    let gap = [window(4, 20 * 60, 1439), window(5, 0, 3 * 60)];
    assert!(!cover(&gap, patrol(4)));
    // from Sunday to Monday
    let weekend = [window(6, 20 * 60, 1440), window(0, 0, 3 * 60)];
    assert!(cover(&weekend, patrol(6)));
    assert_eq!(
        joined(&weekend),
        [(0, 180), (6 * 1440 + 1200, 7 * 1440 + 180)]
    );
    assert!(window(0, 60, 1440).from > window(0, 60, 1440).until);
    assert!(!window(0, 60, 1440).is_wrong() && window(0, 60, 60).is_wrong());
}
