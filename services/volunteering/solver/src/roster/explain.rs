//! Why a roster is as it is 方案说明: of every assignment what it costs and for what, of every unfilled
//! position who was kept from it by which rule.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::check::Parts;
use super::model::{Instance, Repair, Shift, Solution};
use super::reasons::{Exclusion, Task};
use crate::explain::{self, Named, Positions, Tally, Why, labels};

/// An explanation (`roster-explanation/1`).
pub type Explanation = explain::Explanation<Parts, Positions<Assigned, Unfilled>>;

/// What an assignment costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assigned {
    /// The shift.
    pub shift: usize,
    /// The position.
    pub position: usize,
    /// The volunteer.
    pub volunteer: usize,
    /// For what.
    pub costs: Costs,
    /// Together.
    pub cost: i64,
}

/// What an assignment costs, by what for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Costs {
    /// 路程.
    pub distance: i64,
    /// 不愿意的活动.
    pub dislike_activity: i64,
    /// 不愿意的星期.
    pub dislike_weekday: i64,
    /// 公平: what this shift adds on top of the earlier ones of the same volunteer.
    pub fair: i64,
    /// 新面孔: the first shift of the volunteer in its series.
    pub continuity: i64,
    /// 变动: somebody else stood there and still could, or nobody did.
    pub change: i64,
}

impl Costs {
    fn task(&self) -> i64 {
        self.distance + self.dislike_activity + self.dislike_weekday
    }

    fn sum(&self) -> i64 {
        self.task() + self.fair + self.continuity + self.change
    }
}

/// Why nobody has a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unfilled {
    /// The shift.
    pub shift: usize,
    /// The position.
    pub position: usize,
    /// Price of leaving it so.
    pub unfilled: i64,
    /// Price of the change, where somebody stood there and still could.
    pub change: i64,
    /// Together.
    pub cost: i64,
    /// Why.
    pub why: Why<usize>,
}

/// 已冻结: what began stays as it was.
const FROZEN: Named = ("frozen", "已冻结", "it began: it stays as it was");

impl Exclusion {
    /// Its name in files, and its words.
    pub(crate) fn named(self) -> Named {
        match self {
            Self::Skills => ("skills", "缺少技能", "a skill is missing"),
            Self::Unavailable => ("unavailable", "时间不便", "not free then"),
            Self::Cancelled => ("cancelled", "已请假", "cancelled"),
            Self::OnTeam => ("on_team", "已在本班", "on the same shift already"),
            Self::Rest { .. } => ("rest", "休息不足", "too little rest"),
            Self::WeekLoad => ("week_load", "本周已满", "no more that week"),
            Self::ConsecutiveDays => ("consecutive_days", "连续天数过多", "too many days in a row"),
            Self::Avoid { .. } => (
                "avoid",
                "回避",
                "must not share a shift with somebody on it",
            ),
        }
    }
}

/// Explains a roster of this instance, legal or not, as a repair where one is given; what names nothing
/// of the instance is left out.
#[must_use]
pub fn explain(instance: &Instance, plan: &Solution, repair: Option<&Repair>) -> Explanation {
    let scene = Scene::of(instance, plan, repair);
    let mut parts = Parts::default();
    let mut done: HashMap<usize, i64> = HashMap::new();
    let mut faces: HashSet<(usize, usize)> = HashSet::new();
    let mut assignments = Vec::new();
    // the first shift of somebody in a series bears the price of the new face
    let mut in_time: Vec<&(usize, usize, usize)> = plan.assign.iter().collect();
    in_time.sort_by_key(|task| (instance.shifts.get(task.0).map(|date| date.start), **task));
    for &(shift, position, volunteer) in in_time {
        let (Some(date), Some(person)) = (
            instance.shifts.get(shift),
            instance.volunteers.get(volunteer),
        ) else {
            continue;
        };
        let [distance, dislike_activity, dislike_weekday] = instance.personal_costs(person, date);
        let before = done.entry(volunteer).or_insert(person.recent);
        let is_new = faces.insert((date.series, volunteer));
        let costs = Costs {
            distance,
            dislike_activity,
            dislike_weekday,
            fair: instance.params.fair * (2 * *before + 1),
            continuity: if is_new { instance.params.new_face } else { 0 },
            change: scene.change((shift, position), Some(volunteer)),
        };
        *before += 1;
        parts.task += costs.task();
        parts.fair += costs.fair;
        parts.continuity += costs.continuity;
        parts.change += costs.change;
        assignments.push(Assigned {
            shift,
            position,
            volunteer,
            costs,
            cost: costs.sum(),
        });
    }
    assignments.sort_by_key(|one| (one.shift, one.position));
    let mut unfilled = Vec::new();
    for shift in &instance.shifts {
        for position in 0..instance.series[shift.series].positions.len() {
            if !scene.filled.contains(&(shift.id, position)) {
                let why = scene.why(shift, position, &faces);
                parts.unfilled += why.unfilled;
                parts.change += why.change;
                unfilled.push(why);
            }
        }
    }
    Explanation {
        format: "roster-explanation/1",
        instance: instance.name.clone(),
        objective: parts.unfilled + parts.task + parts.fair + parts.continuity + parts.change,
        parts,
        labels: labels(&[
            ("unfilled", "岗位空缺", "positions nobody has"),
            ("task", "路程与偏好", "ways and preferences"),
            ("distance", "路程", "way"),
            ("dislike_activity", "不愿意的活动", "disliked activity"),
            ("dislike_weekday", "不愿意的星期", "disliked weekday"),
            ("fair", "公平", "fairness"),
            ("continuity", "新面孔", "a new face in the series"),
            ("change", "变动", "change to the published plan"),
        ]),
        details: Positions {
            assignments,
            unfilled,
        },
    }
}

/// A plan, by volunteer and by shift, beside the published one.
struct Scene<'a> {
    instance: &'a Instance,
    repair: Option<&'a Repair>,
    base: HashMap<(usize, usize), usize>,
    own: Vec<Vec<Task>>,
    teams: HashMap<usize, Vec<Task>>,
    filled: HashSet<(usize, usize)>,
}

impl<'a> Scene<'a> {
    fn of(instance: &'a Instance, plan: &Solution, repair: Option<&'a Repair>) -> Self {
        let base = repair.iter().flat_map(|repair| &repair.base);
        let mut scene = Self {
            instance,
            repair,
            base: base.map(|task| ((task.0, task.1), task.2)).collect(),
            own: vec![Vec::new(); instance.volunteers.len()],
            teams: HashMap::new(),
            filled: HashSet::new(),
        };
        for task in &plan.assign {
            if let Some(own) = scene.own.get_mut(task.2) {
                own.push(*task);
            }
            scene.teams.entry(task.0).or_default().push(*task);
            scene.filled.insert((task.0, task.1));
        }
        scene
    }

    /// Price of the change that this holder is.
    fn change(&self, place: (usize, usize), holder: Option<usize>) -> i64 {
        let (Some(repair), Some(shift)) = (self.repair, self.instance.shifts.get(place.0)) else {
            return 0;
        };
        let before = self.base.get(&place).copied();
        let is_free = before.is_some_and(|who| repair.cancels(who, shift));
        if before == holder || is_free {
            0
        } else {
            repair.change
        }
    }

    fn why(&self, shift: &Shift, position: usize, faces: &HashSet<(usize, usize)>) -> Unfilled {
        let (instance, place) = (self.instance, (shift.id, position));
        let unfilled = instance.params.unfilled[instance.series[shift.series].priority];
        let change = self.change(place, None);
        let nobody = Vec::new();
        let team = self.teams.get(&shift.id).unwrap_or(&nobody);
        let frozen = self
            .repair
            .is_some_and(|repair| shift.start < repair.frozen_before);
        let mut tally = Tally::new();
        for person in &instance.volunteers {
            if frozen {
                tally.shut_out(FROZEN);
                continue;
            }
            let own = &self.own[person.id];
            let rules = instance.reasons_among(self.repair, place, person, own, team);
            if let Some(rule) = rules.first() {
                tally.shut_out(rule.named());
                continue;
            }
            let done = person.recent + own.len() as i64;
            let mut cost = instance.personal_cost(person, shift)
                + instance.params.fair * (2 * done + 1)
                + self.change(place, Some(person.id));
            if !faces.contains(&(shift.series, person.id)) {
                cost += instance.params.new_face;
            }
            tally.may(person.id, cost - unfilled - change);
        }
        Unfilled {
            shift: shift.id,
            position,
            unfilled,
            change,
            cost: unfilled + change,
            why: tally.why(),
        }
    }
}
