//! 书记项目 on the wall chart (挂图作战): which orders are projects, and what light each has (domain (c) 27).
//!
//! A project is an order of the workflow [`WORKFLOW`]. Its light is that of the limit that runs: 绿 in time, 黄 from the
//! limit's level `yellow` on (in the definition a tenth of its time before the end), 红 once it is missed.

use kernel::Timestamp;

use super::clock::RunningClock;
use super::workflow::clocks::is_of_part;

/// The workflow of projects.
pub const WORKFLOW: &str = "secretary-project";
/// The level from which on a light is yellow.
const YELLOW: &str = "yellow";

/// How a project stands to its limit (亮灯).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// In time (绿灯).
    Green,
    /// The end is near (黄灯).
    Yellow,
    /// Late (红灯).
    Red,
}

/// Finds the light of a project with these limits; none where none runs, as of one that has ended.
#[must_use]
pub fn light(clocks: &[RunningClock], now: Timestamp) -> Option<Light> {
    let mut worst = None;
    for clock in clocks {
        if clock.is_window() || is_of_part(&clock.name) {
            continue;
        }
        if clock.is_missed(now) {
            return Some(Light::Red);
        }
        if is_near(clock, now) {
            worst = Some(Light::Yellow);
        }
        worst = worst.or(Some(Light::Green));
    }
    worst
}

/// Says whether the level before the end is reached, the sweep having seen it or not.
fn is_near(clock: &RunningClock, now: Timestamp) -> bool {
    let Some(run) = &clock.run else {
        return false;
    };
    let mut levels = run.levels.iter();
    let passed =
        clock.paused_for().is_none() && levels.any(|level| level.name == YELLOW && level.at <= now);
    passed || run.reached.iter().any(|level| level == YELLOW)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may")]

    use std::time::Duration;

    use kernel::Timestamp;

    use super::{Light, light};
    use crate::domain::calendar::Limit;
    use crate::domain::clock::{Level, Pause, Run, RunningClock};

    fn at(hours: u64) -> Timestamp {
        Timestamp::UNIX_EPOCH.plus(Duration::from_hours(hours))
    }

    /// A limit of a hundred hours, yellow from the ninetieth on.
    fn clock(name: &str) -> RunningClock {
        let mut run = Run::begin(at(0), Limit::Hours(100), false);
        run.levels = vec![Level {
            name: "yellow".to_owned(),
            at: at(90),
        }];
        RunningClock {
            name: name.to_owned(),
            due_at: at(100),
            run: Some(run),
        }
    }

    #[test]
    fn a_light_is_green_until_the_end_is_near_and_red_behind_it() {
        let clocks = [clock("deliver")];
        for (hour, shown) in [
            (0, Light::Green),
            (89, Light::Green),
            (90, Light::Yellow),
            (100, Light::Yellow),
            (101, Light::Red),
        ] {
            assert_eq!(light(&clocks, at(hour)), Some(shown), "{hour}");
        }
    }

    #[test]
    fn the_worst_limit_decides_and_parts_of_others_and_windows_do_not() {
        let mut window = clock("reopen");
        window.run.as_mut().unwrap().window = true;
        let clocks = [clock("deliver"), clock("assist.1"), window];
        assert_eq!(light(clocks.get(1..).unwrap(), at(200)), None);
        assert_eq!(light(&clocks, at(50)), Some(Light::Green));
        assert_eq!(light(&[], at(50)), None);
    }

    #[test]
    fn a_limit_that_stands_still_keeps_its_light() {
        let mut standing = clock("deliver");
        standing.run.as_mut().unwrap().pauses = vec![Pause {
            at: at(10),
            until: None,
            reason: "suspend".to_owned(),
        }];
        assert_eq!(light(&[standing], at(500)), Some(Light::Green));
    }

    #[test]
    fn what_the_sweep_has_seen_stays_seen() {
        let mut seen = clock("deliver");
        let run = seen.run.as_mut().unwrap();
        run.reached = vec![run.levels.remove(0).name];
        assert_eq!(light(&[seen], at(95)), Some(Light::Yellow));
    }
}
