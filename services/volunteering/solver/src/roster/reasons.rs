//! Why somebody may not do a shift 为什么不是我.

use super::model::{DAY, Instance, Repair, Shift, Solution, Volunteer, WEEK};
use crate::read::distance;

/// A shift a volunteer has: shift, position, volunteer.
pub(super) type Task = (usize, usize, usize);

/// What keeps a volunteer from a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// 缺少技能: a skill is missing.
    Skills,
    /// 时间不便: not free then.
    Unavailable,
    /// 已请假: they cancelled.
    Cancelled,
    /// 已在本班: on the same shift already.
    OnTeam,
    /// 休息不足: too little rest before or after another shift.
    Rest {
        /// The other shift.
        shift: usize,
    },
    /// 本周次数或时长已满: no more this week.
    WeekLoad,
    /// 连续天数过多: too many days in a row.
    ConsecutiveDays,
    /// 回避: must not share a shift with somebody on it.
    Avoid {
        /// The other volunteer.
        volunteer: usize,
    },
}

impl Instance {
    /// Whether the volunteer has the skills of the position.
    pub(super) fn skilled(&self, volunteer: &Volunteer, shift: &Shift, position: usize) -> bool {
        let needs = self.series[shift.series].positions.get(position);
        needs.is_some_and(|needs| needs.iter().all(|skill| volunteer.skills.contains(skill)))
    }

    /// Price of the volunteer on the shift, fairness and new faces excepted.
    pub(super) fn personal_cost(&self, volunteer: &Volunteer, shift: &Shift) -> i64 {
        self.personal_costs(volunteer, shift).iter().sum()
    }

    /// The same by what for: way, a disliked activity, a disliked weekday.
    pub(super) fn personal_costs(&self, volunteer: &Volunteer, shift: &Shift) -> [i64; 3] {
        let (q, series) = (&self.params, &self.series[shift.series]);
        let way = distance(volunteer.x, volunteer.y, series.x, series.y);
        let if_so = |so: bool, price: i64| if so { price } else { 0 };
        let weekday = shift.start / DAY % 7;
        [
            i64::from(way / q.dist_div),
            if_so(
                volunteer.dislike_activities.contains(&series.activity),
                q.dislike_activity,
            ),
            if_so(
                volunteer.dislike_weekdays.contains(&weekday),
                q.dislike_weekday,
            ),
        ]
    }

    /// Why the volunteer isn't on the position, given what the plan has everybody do otherwise; empty
    /// where nothing but the price stands against it.
    #[must_use]
    pub fn why_not(
        &self,
        plan: &Solution,
        repair: Option<&Repair>,
        shift: usize,
        position: usize,
        volunteer: usize,
    ) -> Vec<Exclusion> {
        let Some(person) = self.volunteers.get(volunteer) else {
            return Vec::new();
        };
        if shift >= self.shifts.len() {
            return Vec::new();
        }
        let of = |keep: fn(&Task, usize) -> bool, id| {
            let tasks = plan.assign.iter().filter(|task| keep(task, id));
            tasks.copied().collect::<Vec<Task>>()
        };
        let own = of(|task, volunteer| task.2 == volunteer, volunteer);
        let team = of(|task, shift| task.0 == shift, shift);
        self.reasons_among(repair, (shift, position), person, &own, &team)
    }

    /// The same of a shift there is, given the shifts the volunteer has and who is on this one.
    pub(super) fn reasons_among(
        &self,
        repair: Option<&Repair>,
        (shift, position): (usize, usize),
        person: &Volunteer,
        own: &[Task],
        team: &[Task],
    ) -> Vec<Exclusion> {
        let date = &self.shifts[shift];
        let mut reasons = Vec::new();
        if !self.skilled(person, date, position) {
            reasons.push(Exclusion::Skills);
        }
        if !is_free(person, date) {
            reasons.push(Exclusion::Unavailable);
        }
        if repair.is_some_and(|repair| repair.cancels(person.id, date)) {
            reasons.push(Exclusion::Cancelled);
        }
        let mut dates = vec![*date];
        for &(other, place, _) in own {
            let Some(task) = self.shifts.get(other) else {
                continue;
            };
            if (other, place) == (shift, position) {
                continue;
            }
            if other == shift {
                reasons.push(Exclusion::OnTeam);
                continue;
            }
            dates.push(*task);
            let rest = self.params.min_rest;
            if task.end + rest > date.start && date.end + rest > task.start {
                reasons.push(Exclusion::Rest { shift: other });
            }
        }
        for &(_, place, who) in team {
            let pair = (who.min(person.id), who.max(person.id));
            if place != position && who != person.id && self.avoid.contains(&pair) {
                reasons.push(Exclusion::Avoid { volunteer: who });
            }
        }
        dates.sort_by_key(|task| task.start);
        if week_load_broken(person, &dates) {
            reasons.push(Exclusion::WeekLoad);
        }
        if run_broken(person, &dates) {
            reasons.push(Exclusion::ConsecutiveDays);
        }
        reasons
    }
}

impl Repair {
    /// Whether the volunteer cancelled the shift.
    pub(super) fn cancels(&self, volunteer: usize, shift: &Shift) -> bool {
        let meets = |(who, from, until): &(usize, i32, i32)| {
            *who == volunteer && *from < shift.end && shift.start < *until
        };
        self.cancelled.iter().any(meets)
    }
}

/// Whether the volunteer is free for the shift.
pub(super) fn is_free(volunteer: &Volunteer, shift: &Shift) -> bool {
    let week = shift.start / WEEK * WEEK;
    let holds =
        |(from, until): &(i32, i32)| from + week <= shift.start && shift.end <= until + week;
    let away = |(from, until): &(i32, i32)| *from < shift.end && shift.start < *until;
    volunteer.weekly.iter().any(holds) && !volunteer.unavailable.iter().any(away)
}

/// Whether some week holds more than the volunteer wants.
pub(super) fn week_load_broken(volunteer: &Volunteer, shifts: &[Shift]) -> bool {
    shifts
        .chunk_by(|a, b| a.start / WEEK == b.start / WEEK)
        .any(|week| {
            let minutes: i64 = week
                .iter()
                .map(|shift| i64::from(shift.end - shift.start))
                .sum();
            week.len() > volunteer.max_shifts_week as usize
                || minutes > i64::from(volunteer.max_minutes_week)
        })
}

/// Whether there are too many working days in a row; shifts by their start. Days in a row are counted
/// from the second working day on, wherever it is: whoever may work none in a row may work one.
pub(super) fn run_broken(volunteer: &Volunteer, shifts: &[Shift]) -> bool {
    let days = shifts
        .chunk_by(|a, b| a.start / DAY == b.start / DAY)
        .count();
    days > 1 && longest_run(shifts) > volunteer.max_consecutive_days
}

fn longest_run(shifts: &[Shift]) -> u32 {
    let (mut longest, mut run, mut last) = (0, 0, None);
    for shift in shifts {
        let day = shift.start / DAY;
        if last != Some(day) {
            run = if last == Some(day - 1) { run + 1 } else { 1 };
            last = Some(day);
        }
        longest = longest.max(run);
    }
    longest
}
