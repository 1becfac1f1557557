//! Duty that comes again and again (值日): 周五我值日 with units or teams in turn, 社区工作日, patrols. A rule from which
//! shifts are made ahead.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use kernel::{OrgPath, TeamId, Timestamp, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::activity::Position;
use super::volunteer::Weekday;

/// Days ahead for which shifts are made.
pub(crate) const AHEAD_DAYS: i32 = 28;
/// Most weeks between two turns.
pub(crate) const MOST_WEEKS: u32 = 52;

/// Who takes turns (轮值单位或队伍).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DutyRotor)]
pub(crate) enum Rotor {
    /// 单位 (an organisation).
    Unit(OrgPath),
    /// 队伍 (a team).
    Team(TeamId),
}

named! {
    /// Whom a shift of a rotation is for (轮值报名范围).
    #[derive(Default, Serialize, Deserialize, ToSchema)]
    #[schema(as = DutyTurnRule)]
    pub(crate) enum TurnRule {
        /// 不限
        #[default]
        Open = "open",
        /// 轮值者优先，临近班次开放给他人
        First = "first",
        /// 仅限轮值者
        Only = "only",
    }
}

/// A rule of duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Duty {
    pub(crate) weekdays: Vec<Weekday>,
    pub(crate) from: Time,
    /// Not later than `from`: the shift ends on the next day.
    pub(crate) until: Time,
    /// First day of the rule; weeks are counted from its week.
    pub(crate) since: Date,
    pub(crate) last: Option<Date>,
    /// Every so many weeks.
    pub(crate) every_weeks: u32,
    /// Who takes turns, in this order; may be nobody.
    pub(crate) rotation: Vec<Rotor>,
    pub(crate) positions: Vec<Position>,
    /// Whom its shifts are for.
    #[serde(default)]
    pub(crate) turn: TurnRule,
    /// Beginnings of shifts that were put to another time: none is made there again.
    #[serde(default)]
    pub(crate) moved: Vec<Timestamp>,
}

/// One shift that the rule makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) begins_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) on_duty: Option<Rotor>,
}

/// Day that begins a week.
fn monday_of(day: Date) -> Date {
    let past = day.weekday().to_monday_zero_offset();
    day.saturating_sub(Span::new().days(past))
}

impl Duty {
    /// Says whether it makes a shift that begins at a time.
    pub(crate) fn begins(&self, at: Timestamp, zone: &TimeZone) -> bool {
        let turns = self.turns(at.date_in(zone), 1, zone);
        turns.iter().any(|turn| turn.begins_at == at)
    }

    /// Says whether the rule falls on a day, and as which turn since it began.
    fn turn_on(&self, day: Date) -> Option<usize> {
        let falls = |day: Date| self.weekdays.contains(&Weekday::from(day.weekday()));
        let over = self.last.is_some_and(|last| day > last);
        if day < self.since || over || !falls(day) {
            return None;
        }
        let first = monday_of(self.since);
        let weeks = (monday_of(day) - first).get_days() / 7;
        let (weeks, every) = (
            usize::try_from(weeks).ok()?,
            usize::try_from(self.every_weeks).ok()?,
        );
        if every == 0 || weeks % every != 0 {
            return None;
        }
        let days_of = |monday: Date| (0..7).map(move |day: i64| monday.saturating_add(day.days()));
        let in_a_week = days_of(first).filter(|day| falls(*day)).count();
        let missed = days_of(first)
            .filter(|day| falls(*day) && *day < self.since)
            .count();
        let earlier = days_of(monday_of(day))
            .filter(|other| falls(*other) && *other < day)
            .count();
        (weeks / every * in_a_week + earlier).checked_sub(missed)
    }

    /// Lists the shifts of some days; a time that a zone skips is moved on, as calendars do.
    pub(crate) fn turns(&self, from: Date, days: i32, zone: &TimeZone) -> Vec<Turn> {
        let mut turns = Vec::new();
        for offset in 0..days {
            let day = from.saturating_add(offset.days());
            let Some(turn) = self.turn_on(day) else {
                continue;
            };
            let last = if self.until <= self.from {
                day.saturating_add(1.day())
            } else {
                day
            };
            let at = |day: Date, time: Time| zone.to_timestamp(day.to_datetime(time)).ok();
            let (Some(begins_at), Some(ends_at)) = (at(day, self.from), at(last, self.until))
            else {
                continue;
            };
            let begins_at = Timestamp::from(begins_at);
            if self.moved.contains(&begins_at) {
                continue;
            }
            let position = turn.checked_rem(self.rotation.len());
            turns.push(Turn {
                begins_at,
                ends_at: Timestamp::from(ends_at),
                on_duty: position
                    .and_then(|position| self.rotation.get(position))
                    .cloned(),
            });
        }
        turns
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use jiff::civil::{date, time};
    use jiff::tz::TimeZone;

    use super::{Duty, Rotor, TurnRule};
    use crate::domain::volunteer::Weekday;

    fn fridays() -> Duty {
        let unit = |code: &str| Rotor::Unit(format!("/420105000000/{code}/").parse().unwrap());
        Duty {
            weekdays: vec![Weekday::Friday],
            from: time(18, 0, 0, 0),
            until: time(20, 0, 0, 0),
            since: date(2026, 11, 27),
            last: None,
            every_weeks: 1,
            rotation: vec![
                unit("420105000000.A1"),
                unit("420105000000.A2"),
                unit("420105000000.A3"),
            ],
            positions: Vec::new(),
            turn: TurnRule::Open,
            moved: Vec::new(),
        }
    }

    #[test]
    fn units_take_turns_on_fridays_wherever_the_making_begins() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let duty = fridays();
        let all = duty.turns(date(2026, 11, 20), 42, &zone);
        let begins: Vec<String> = all.iter().map(|turn| turn.begins_at.to_string()).collect();
        assert_eq!(begins.len(), 5);
        assert_eq!(begins[0], "2026-11-27T10:00:00Z");
        let units: Vec<_> = all
            .iter()
            .map(|turn| turn.on_duty.clone().unwrap())
            .collect();
        assert_eq!(units[0], duty.rotation[0]);
        assert_eq!(units[..3], duty.rotation[..]);
        assert_eq!(units[3..], duty.rotation[..2]);
        let later = duty.turns(date(2026, 12, 10), 14, &zone);
        assert_eq!(later, all[2..4]);
    }

    #[test]
    fn every_other_week_a_first_week_that_begins_late_and_the_last_day() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let duty = Duty {
            weekdays: vec![Weekday::Monday, Weekday::Wednesday, Weekday::Saturday],
            since: date(2026, 11, 25),
            last: Some(date(2026, 12, 9)),
            every_weeks: 2,
            ..fridays()
        };
        let turns = duty.turns(date(2026, 11, 1), 60, &zone);
        let days: Vec<_> = turns
            .iter()
            .map(|turn| turn.begins_at.date_in(&zone))
            .collect();
        assert_eq!(
            days,
            [
                date(2026, 11, 25),
                date(2026, 11, 28),
                date(2026, 12, 7),
                date(2026, 12, 9)
            ]
        );
        let units: Vec<_> = turns
            .iter()
            .map(|turn| turn.on_duty.clone().unwrap())
            .collect();
        assert_eq!(units[..3], duty.rotation[..]);
        assert_eq!(units[3], duty.rotation[0]);
    }

    #[test]
    fn a_night_patrol_ends_on_the_next_day() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let duty = Duty {
            from: time(22, 0, 0, 0),
            until: time(2, 0, 0, 0),
            rotation: Vec::new(),
            ..fridays()
        };
        let turns = duty.turns(date(2026, 11, 27), 1, &zone);
        assert_eq!(turns[0].ends_at.to_string(), "2026-11-27T18:00:00Z");
        assert_eq!(turns[0].on_duty, None);
        let moved = Duty {
            moved: vec![turns[0].begins_at],
            ..duty
        };
        assert_eq!(moved.turns(date(2026, 11, 27), 1, &zone), []);
    }
}
