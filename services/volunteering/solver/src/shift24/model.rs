//! Instances and plans.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::read::{self, ReadError};

/// An instance.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Days, the first one a Monday.
    pub days: usize,
    /// Shift types.
    pub shifts: Vec<Shift>,
    /// People.
    pub staff: Vec<Staff>,
    /// Demand: one line for each day and shift that has one.
    pub cover: Vec<Cover>,
}

/// A shift type.
#[derive(Debug, Clone)]
pub struct Shift {
    /// Its name.
    pub name: String,
    /// Minutes.
    pub minutes: i32,
    /// Shifts that must not follow on the next day.
    pub no_follow: Vec<usize>,
}

/// A person.
#[derive(Debug, Clone)]
pub struct Staff {
    /// Their name.
    pub name: String,
    /// Most shifts of each type.
    pub most: Vec<i32>,
    /// Most minutes.
    pub max_minutes: i32,
    /// Least minutes.
    pub min_minutes: i32,
    /// Most working days in a row.
    pub max_run: usize,
    /// Least working days in a row, not applied at the ends of the horizon.
    pub min_run: usize,
    /// Least days off in a row, not applied at the ends of the horizon.
    pub min_off: usize,
    /// Most weekends with work.
    pub max_weekends: usize,
    /// Days they don't work.
    pub days_off: Vec<usize>,
    /// Shifts they would like.
    pub on: Vec<Request>,
    /// Shifts they would rather not have.
    pub off: Vec<Request>,
}

/// A wish.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// Day.
    pub day: usize,
    /// Shift type.
    pub shift: usize,
    /// Price of not granting it.
    pub weight: i64,
}

/// Demand of a day and a shift.
#[derive(Debug, Clone, Copy)]
pub struct Cover {
    /// Day.
    pub day: usize,
    /// Shift type.
    pub shift: usize,
    /// People wanted.
    pub wanted: i64,
    /// Price of each one missing.
    pub under: i64,
    /// Price of each one too many.
    pub over: i64,
}

impl Cover {
    /// Price of so many people.
    #[must_use]
    pub fn price(&self, people: i64) -> i64 {
        self.under * (self.wanted - people).max(0) + self.over * (people - self.wanted).max(0)
    }
}

/// A plan (`shift24-sol/1`): the shift of every day by person, empty for a day off.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Solution {
    /// `shift24-sol/1`.
    pub format: String,
    /// Name of the instance.
    #[serde(default)]
    pub instance: String,
    /// Shift names by day.
    pub roster: BTreeMap<String, Vec<String>>,
}

impl Solution {
    /// Reads a plan.
    pub fn parse(text: &str) -> Result<Self, ReadError> {
        let solution: Self = read::json(text)?;
        read::format(&solution.format, "shift24-sol/1")?;
        Ok(solution)
    }
}
