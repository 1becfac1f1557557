use std::time::Duration;

use jiff::{civil::date, tz::TimeZone};
use kernel::{Clock, SystemClock, Timestamp, TimestampError};
use proptest::prelude::*;

const MIN: i64 = -62_135_596_800_000_000;
const MAX: i64 = 253_402_207_200_000_000;

proptest! {
    #[test]
    fn an_instant_reads_back_from_number_and_text(micros in MIN..=MAX) {
        let instant = Timestamp::from_micros(micros).unwrap();
        prop_assert_eq!(instant.micros(), micros);
        let text = instant.to_string();
        prop_assert!(text.ends_with('Z'));
        prop_assert_eq!(text.parse::<Timestamp>(), Ok(instant));
        let json = serde_json::to_string(&instant).unwrap();
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), instant);
    }

    #[test]
    fn instants_order_like_their_numbers(left in MIN..=MAX, right in MIN..=MAX) {
        let (first, second) = (Timestamp::from_micros(left).unwrap(), Timestamp::from_micros(right).unwrap());
        prop_assert_eq!(first.cmp(&second), left.cmp(&right));
    }

    #[test]
    fn going_forth_and_back_is_no_move(micros in 0..MAX / 2, move_by in 0..1_000_000_000_000_u64) {
        let instant = Timestamp::from_micros(micros).unwrap();
        let duration = Duration::from_micros(move_by);
        let later = instant.plus(duration);
        prop_assert_eq!(later.minus(duration), instant);
        prop_assert_eq!(later.duration_since(instant), duration);
        prop_assert_eq!(instant.duration_since(later), Duration::ZERO);
    }

    #[test]
    fn garbage_is_no_instant(text in "\\PC{0,60}") {
        if let Ok(instant) = text.parse::<Timestamp>() {
            prop_assert_eq!(instant.to_string().parse::<Timestamp>(), Ok(instant));
        }
    }
}

#[test]
fn an_offset_is_turned_into_utc_and_digits_beyond_micros_are_cut() {
    let instant: Timestamp = "2026-11-22T16:30:00.123456789+08:00".parse().unwrap();
    assert_eq!(instant.to_string(), "2026-11-22T08:30:00.123456Z");
}

#[test]
fn a_time_without_offset_or_with_an_annotation_is_refused() {
    let wrong = [
        "2026-11-22T16:30:00",
        "2026-11-22",
        "16:30",
        "",
        "1700000000",
        "now",
        "2026-11-22T16:30:00Z[Asia/Shanghai]",
    ];
    for text in wrong {
        assert_eq!(
            text.parse::<Timestamp>(),
            Err(TimestampError::Malformed),
            "{text}"
        );
    }
    let padded = format!("2026-11-22T16:30:00{:0<40}Z", ".");
    assert_eq!(padded.parse::<Timestamp>(), Err(TimestampError::Malformed));
}

#[test]
fn the_range_ends_at_four_digit_years() {
    assert_eq!(
        Timestamp::from_micros(MIN).unwrap().to_string(),
        "0001-01-01T00:00:00Z"
    );
    assert_eq!(
        Timestamp::from_micros(MIN - 1),
        Err(TimestampError::OutOfRange)
    );
    assert_eq!(
        Timestamp::from_micros(MAX + 1),
        Err(TimestampError::OutOfRange)
    );
    assert_eq!(
        Timestamp::from_micros(i64::MAX),
        Err(TimestampError::OutOfRange)
    );
    assert_eq!(
        "-000005-01-01T00:00:00Z".parse::<Timestamp>(),
        Err(TimestampError::OutOfRange)
    );
    let forever = Timestamp::UNIX_EPOCH.plus(Duration::MAX);
    assert_eq!(forever.micros(), MAX);
    assert_eq!(forever.minus(Duration::MAX).micros(), MIN);
}

#[test]
fn the_date_is_that_of_the_zone() {
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let evening: Timestamp = "2026-11-22T15:59:59.999999Z".parse().unwrap();
    assert_eq!(evening.date_in(&zone), date(2026, 11, 22));
    let midnight = evening.plus(Duration::from_micros(1));
    assert_eq!(midnight.date_in(&zone), date(2026, 11, 23));
    assert_eq!(midnight.date_in(&TimeZone::UTC), date(2026, 11, 22));
    // the ends of the range are dates in every zone
    let far = Timestamp::from_micros(MAX).unwrap();
    assert_eq!(
        far.date_in(&TimeZone::fixed(jiff::tz::offset(25))).year(),
        9999
    );
}

#[test]
fn the_system_clock_tells_whole_micros_of_this_century() {
    let now = SystemClock.now();
    assert_eq!(Timestamp::from_micros(now.micros()), Ok(now));
    assert!(now > "2026-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(now.seconds(), now.micros().div_euclid(1_000_000));
}
