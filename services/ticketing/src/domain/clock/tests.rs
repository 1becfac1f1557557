//! Runs of a clock against an oracle that lives through them minute by minute.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use kernel::Timestamp;

use super::{Extension, Pause, Run};
use crate::domain::calendar::{Calendar, Limit};

const MINUTE: Duration = Duration::from_mins(1);
/// Minutes of the span of time that the oracle knows: 90 days over the Spring Festival of 2026.
const SPAN: usize = 90 * 1440;

/// Of every minute, whether it counts.
struct Minutes {
    first: Timestamp,
    works: Vec<bool>,
}

impl Minutes {
    fn of(calendar: &Calendar) -> Self {
        let first: Timestamp = "2026-01-05T00:00:00+08:00".parse().unwrap();
        let works = (0..SPAN).map(|minute| {
            let from = first.plus(MINUTE * u32::try_from(minute).unwrap());
            !calendar.between(from, from.plus(MINUTE)).is_zero()
        });
        Self {
            works: works.collect(),
            first,
        }
    }

    fn instant(&self, minute: usize) -> Timestamp {
        self.first.plus(MINUTE * u32::try_from(minute).unwrap())
    }

    fn counts(&self, natural: bool, minute: usize) -> bool {
        natural || self.works.get(minute).copied().unwrap_or(true)
    }

    /// Lives through a clock: each minute that counts and in which it doesn't stand still takes one off what is left;
    /// an extension adds to it. Nothing else.
    fn live(&self, natural: bool, start: usize, life: &Life) -> Option<usize> {
        let mut left = life.minutes;
        let mut extensions = life.extensions.clone();
        let mut minute = start;
        loop {
            if left == 0 {
                // missed; an extension that comes later begins at the due time
                let Some((_, more)) = extensions.first().copied() else {
                    return Some(minute);
                };
                extensions.remove(0);
                left += more;
                continue;
            }
            if minute >= SPAN {
                return None;
            }
            let stands = life
                .pauses
                .iter()
                .any(|(from, to)| (*from..*to).contains(&minute));
            if !stands && self.counts(natural, minute) {
                left -= 1;
            }
            minute += 1;
        }
    }
}

/// What happens to a clock, in minutes of the span.
#[derive(Debug)]
struct Life {
    minutes: u32,
    pauses: Vec<(usize, usize)>,
    extensions: Vec<(usize, u32)>,
}

/// 100,000 random lives in all, in four parts that run side by side: pauses and extensions in any order, on working time and
/// on natural time.
#[test]
fn a_due_time_is_what_living_through_the_clock_gives() {
    live_through(0x2545_f491_4f6c_dd1d);
}

#[test]
fn a_due_time_is_what_living_through_it_gives_once_more() {
    live_through(0x9e37_79b9_7f4a_7c15);
}

#[test]
fn a_due_time_is_what_living_through_it_gives_a_third_time() {
    live_through(0xbf58_476d_1ce4_e5b9);
}

#[test]
fn a_due_time_is_what_living_through_it_gives_a_fourth_time() {
    live_through(0x94d0_49bb_1331_11eb);
}

fn live_through(seed: u64) {
    let calendar = Calendar::bundled().unwrap();
    let minutes = Minutes::of(&calendar);
    let mut dice = seed;
    let mut roll = |sides: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        usize::try_from(dice % u64::try_from(sides).unwrap()).unwrap()
    };
    let mut lived = 0;
    while lived < 25_000 {
        let natural = roll(3) == 0;
        let start = roll(SPAN / 2);
        let hours = 1 + u32::try_from(roll(16)).unwrap();
        let mut life = Life {
            minutes: hours * 60,
            pauses: Vec::new(),
            extensions: Vec::new(),
        };
        let limit = |hours: u32| {
            if natural {
                Limit::Hours(hours)
            } else {
                Limit::WorkHours(hours)
            }
        };
        let mut run = Run::begin(minutes.instant(start), limit(hours), false);
        let mut now = start;
        for _ in 0..roll(4) {
            now += roll(2_000);
            // what comes after the due time is of no interest to anybody
            let due = run.due(&calendar);
            if minutes.instant(now) >= due {
                break;
            }
            if roll(2) == 0 {
                let until = now + roll(3_000);
                run.pauses.push(Pause {
                    at: minutes.instant(now),
                    until: Some(minutes.instant(until)),
                    reason: "pending_info".to_owned(),
                });
                life.pauses.push((now, until));
                now = until;
            } else {
                let more = 1 + u32::try_from(roll(8)).unwrap();
                run.extensions.push(Extension {
                    at: minutes.instant(now),
                    by: limit(more),
                });
                life.extensions.push((now, more * 60));
            }
        }
        if let Some(end) = minutes.live(natural, start, &life) {
            assert_eq!(
                run.due(&calendar),
                minutes.instant(end),
                "{natural} {start} {life:?}"
            );
            lived += 1;
        }
    }
}

#[test]
fn an_extension_keeps_the_pause_that_was_taken() {
    let calendar = Calendar::bundled().unwrap();
    let at = |text: &str| -> Timestamp { format!("2026-11-{text}:00+08:00").parse().unwrap() };
    let mut run = Run::begin(at("23T09:00"), Limit::WorkDays(2), false);
    assert_eq!(run.due(&calendar), at("25T18:00"));
    run.pauses.push(Pause {
        at: at("24T09:00"),
        until: Some(at("26T09:00")),
        reason: "suspended".to_owned(),
    });
    assert_eq!(run.due(&calendar), at("27T18:00"));
    run.extensions.push(Extension {
        at: at("27T10:00"),
        by: Limit::WorkDays(1),
    });
    assert_eq!(run.due(&calendar), at("30T18:00"));
    assert_eq!(run.stood_still(at("27T10:00")), Duration::from_hours(48));
    // a pause after the limit was missed gives nothing back
    let mut late = Run::begin(at("23T09:00"), Limit::WorkHours(1), false);
    late.pauses.push(Pause {
        at: at("23T11:00"),
        until: Some(at("24T11:00")),
        reason: "suspended".to_owned(),
    });
    assert_eq!(late.due(&calendar), at("23T10:00"));
}
