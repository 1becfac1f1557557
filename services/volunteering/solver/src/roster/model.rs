//! Instances and plans as they are written down, and what is refused in them.

use serde::{Deserialize, Serialize};

use crate::dispatch::same_index;
use crate::read::{self, DEAR, FAR, LATE, MANY, ReadError, within};

/// Longest shift, minutes.
const LONGEST: i64 = 14_400;
/// Minutes of a day.
pub(super) const DAY: i32 = 1440;
/// Minutes of a week.
pub(super) const WEEK: i32 = 7 * DAY;

/// Recurring shifts and the volunteers there are (`roster/1`).
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Instance {
    /// `roster/1`.
    pub format: String,
    /// Name of the instance.
    pub name: String,
    /// Prices and the rest between shifts.
    pub params: Params,
    /// Volunteers, by their id.
    pub volunteers: Vec<Volunteer>,
    /// Pairs who must not share a shift, the smaller id first.
    pub avoid: Vec<(usize, usize)>,
    /// What recurs.
    pub series: Vec<Series>,
    /// Its dates, by their id.
    pub shifts: Vec<Shift>,
}

/// Prices of the objective.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Params {
    /// Rest between two shifts, minutes.
    pub min_rest: i32,
    /// Price of an unfilled position by priority.
    pub unfilled: Vec<i64>,
    /// Metres that cost 1.
    pub dist_div: i32,
    /// Price of a disliked activity.
    pub dislike_activity: i64,
    /// Price of a disliked weekday.
    pub dislike_weekday: i64,
    /// Price of fairness: times `(recent + n)² - recent²`.
    pub fair: i64,
    /// Price of every further person in a series.
    pub new_face: i64,
}

/// A volunteer.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Volunteer {
    /// Index.
    pub id: usize,
    /// Metres to the east.
    pub x: i32,
    /// Metres to the north.
    pub y: i32,
    /// Skills.
    pub skills: Vec<u32>,
    /// Free from, until, from Monday 00:00.
    pub weekly: Vec<(i32, i32)>,
    /// Away from, until, from the first Monday.
    pub unavailable: Vec<(i32, i32)>,
    /// Most shifts a week.
    pub max_shifts_week: u32,
    /// Most minutes a week.
    pub max_minutes_week: i32,
    /// Most working days in a row.
    pub max_consecutive_days: u32,
    /// Recent shifts.
    pub recent: i64,
    /// Disliked activities.
    pub dislike_activities: Vec<u32>,
    /// Disliked days of the week, Monday 0.
    pub dislike_weekdays: Vec<i32>,
}

/// Something that recurs at one place with one team.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Series {
    /// Index.
    pub id: usize,
    /// What is done.
    pub activity: u32,
    /// Metres to the east.
    pub x: i32,
    /// Metres to the north.
    pub y: i32,
    /// Index into the prices of unfilled positions.
    pub priority: usize,
    /// Skills each place in the team asks for.
    pub positions: Vec<Vec<u32>>,
}

/// A date of a series.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
pub struct Shift {
    /// Index.
    pub id: usize,
    /// The series.
    pub series: usize,
    /// Minutes from the first Monday.
    pub start: i32,
    /// Minutes from the first Monday.
    pub end: i32,
}

/// A plan (`roster-sol/1`); positions that are not listed are unfilled.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Solution {
    /// `roster-sol/1`.
    pub format: String,
    /// Name of the instance.
    #[serde(default)]
    pub instance: String,
    /// Shift, position, volunteer.
    pub assign: Vec<(usize, usize, usize)>,
}

impl Solution {
    /// Reads a plan.
    pub fn parse(text: &str) -> Result<Self, ReadError> {
        let solution: Self = read::json(text)?;
        read::format(&solution.format, "roster-sol/1")?;
        Ok(solution)
    }
}

/// What happened to a published plan (`roster-repair/1`).
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Repair {
    /// `roster-repair/1`.
    pub format: String,
    /// Name of the instance.
    #[serde(default)]
    pub instance: String,
    /// The published plan: shift, position, volunteer.
    pub base: Vec<(usize, usize, usize)>,
    /// Volunteer, and from when until when they do nothing.
    pub cancelled: Vec<(usize, i32, i32)>,
    /// What starts before stays as it is.
    pub frozen_before: i32,
    /// Price of a changed position.
    pub change: i64,
}

impl Repair {
    /// Reads a repair of a plan of this instance.
    pub fn parse(text: &str, instance: &Instance) -> Result<Self, ReadError> {
        let repair: Self = read::json(text)?;
        read::format(&repair.format, "roster-repair/1")?;
        within(repair.change, 0, DEAR, || "/change".into())?;
        let mut seen = std::collections::HashSet::new();
        for (index, &(shift, position, volunteer)) in repair.base.iter().enumerate() {
            let pointer = format!("/base/{index}");
            let Some(date) = instance.shifts.get(shift) else {
                return Err(ReadError::value(pointer, "没有此班次 (no such shift)"));
            };
            let team = instance.series[date.series].positions.len();
            if position >= team || volunteer >= instance.volunteers.len() {
                let reason = "没有此岗位或志愿者 (no such position or volunteer)";
                return Err(ReadError::value(pointer, reason));
            }
            if !seen.insert((shift, position)) {
                return Err(ReadError::value(pointer, "岗位重复 (position twice)"));
            }
        }
        for (index, (volunteer, ..)) in repair.cancelled.iter().enumerate() {
            if *volunteer >= instance.volunteers.len() {
                let pointer = format!("/cancelled/{index}/0");
                return Err(ReadError::value(
                    pointer,
                    "没有此志愿者 (no such volunteer)",
                ));
            }
        }
        Ok(repair)
    }
}

impl Instance {
    /// Reads an instance and refuses what makes no sense.
    pub fn parse(text: &str) -> Result<Self, ReadError> {
        let instance: Self = read::json(text)?;
        instance.validate()?;
        Ok(instance)
    }

    /// Refuses values that make no sense; every search takes an instance that passed here.
    pub fn validate(&self) -> Result<(), ReadError> {
        read::format(&self.format, "roster/1")?;
        self.params.validate()?;
        for (index, volunteer) in self.volunteers.iter().enumerate() {
            volunteer.validate(index)?;
        }
        for (index, (a, b)) in self.avoid.iter().enumerate() {
            if a >= b || *b >= self.volunteers.len() {
                let reason = "应为两个志愿者，小号在前 (two volunteers, the smaller id first)";
                return Err(ReadError::value(format!("/avoid/{index}"), reason));
            }
        }
        for (index, series) in self.series.iter().enumerate() {
            let at = |field: &str| format!("/series/{index}/{field}");
            same_index(series.id, index, || at("id"))?;
            for (field, value) in [("x", series.x), ("y", series.y)] {
                within(i64::from(value), -FAR, FAR, || at(field))?;
            }
            let most = self.params.unfilled.len() as i64 - 1;
            within(series.priority as i64, 0, most, || at("priority"))?;
            within(series.positions.len() as i64, 0, 64, || at("positions"))?;
        }
        for (index, shift) in self.shifts.iter().enumerate() {
            let at = |field: &str| format!("/shifts/{index}/{field}");
            same_index(shift.id, index, || at("id"))?;
            let series = self.series.len() as i64 - 1;
            within(shift.series as i64, 0, series, || at("series"))?;
            within(i64::from(shift.start), 0, LATE, || at("start"))?;
            let length = i64::from(shift.end) - i64::from(shift.start);
            within(length, 1, LONGEST, || at("end"))?;
        }
        Ok(())
    }
}

impl Params {
    fn validate(&self) -> Result<(), ReadError> {
        let at = |field: &str| format!("/params/{field}");
        within(i64::from(self.min_rest), 0, LATE, || at("min_rest"))?;
        within(i64::from(self.dist_div), 1, FAR, || at("dist_div"))?;
        within(self.unfilled.len() as i64, 1, 100, || at("unfilled"))?;
        for (priority, price) in self.unfilled.iter().enumerate() {
            within(*price, 0, DEAR, || at(&format!("unfilled/{priority}")))?;
        }
        for (field, price) in [
            ("dislike_activity", self.dislike_activity),
            ("dislike_weekday", self.dislike_weekday),
            ("new_face", self.new_face),
        ] {
            within(price, 0, DEAR, || at(field))?;
        }
        within(self.fair, 0, 10_000, || at("fair"))
    }
}

impl Volunteer {
    fn validate(&self, index: usize) -> Result<(), ReadError> {
        let at = |field: &str| format!("/volunteers/{index}/{field}");
        same_index(self.id, index, || at("id"))?;
        for (field, value) in [("x", self.x), ("y", self.y)] {
            within(i64::from(value), -FAR, FAR, || at(field))?;
        }
        let minutes = i64::from(self.max_minutes_week);
        within(minutes, 0, LATE, || at("max_minutes_week"))?;
        within(self.recent, 0, MANY, || at("recent"))?;
        for (field, list) in [("weekly", &self.weekly), ("unavailable", &self.unavailable)] {
            for (place, (from, until)) in list.iter().enumerate() {
                for bound in [from, until] {
                    let pointer = || at(&format!("{field}/{place}"));
                    within(i64::from(*bound), 0, 2 * LATE, pointer)?;
                }
            }
        }
        Ok(())
    }
}
