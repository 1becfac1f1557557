//! Why a plan is as it is 方案说明: of every assignment what it costs and for what, of every unfilled
//! position who was kept from it by which rule.

use std::collections::HashMap;

use serde::Serialize;

use super::check::Parts;
use super::model::{Instance, Request, Solution};
use super::reasons::{Exclusion, Task, personal_exclusion};
use crate::explain::{self, Named, Positions, Tally, Why, labels};

/// An explanation (`dispatch-explanation/1`).
pub type Explanation = explain::Explanation<Parts, Positions<Assigned, Unfilled>>;

/// What an assignment costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assigned {
    /// The request.
    pub request: usize,
    /// The position.
    pub position: usize,
    /// The volunteer.
    pub volunteer: usize,
    /// Its start.
    pub start: i32,
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
    /// 跨社区.
    pub cross_community: i64,
    /// 不愿意的类别.
    pub dislike: i64,
    /// 居民不熟悉的人.
    pub not_known: i64,
    /// 其他.
    pub other: i64,
    /// 推迟.
    pub delay: i64,
    /// 公平: what this task adds on top of the earlier ones of the same volunteer.
    pub fair: i64,
}

impl Costs {
    fn sum(&self) -> i64 {
        self.distance
            + self.cross_community
            + self.dislike
            + self.not_known
            + self.other
            + self.delay
            + self.fair
    }
}

/// Why nobody has a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unfilled {
    /// The request.
    pub request: usize,
    /// The position.
    pub position: usize,
    /// When the rest of the team begins, where there is one: no other start was possible.
    pub start: Option<i32>,
    /// Price of leaving it so.
    pub cost: i64,
    /// Why.
    pub why: Why<usize>,
}

impl Exclusion {
    /// Its name in files, and its words.
    pub(crate) fn named(self) -> Named {
        match self {
            Self::Skills => ("skills", "缺少技能", "a skill is missing"),
            Self::Kind => ("kind", "身份不符", "another kind of person is asked for"),
            Self::Language => ("language", "语言不符", "the language is missing"),
            Self::Excluded => ("excluded", "居民回避", "the resident asked for others"),
            Self::Radius => ("radius", "超出服务半径", "too far away"),
            Self::Availability => ("availability", "时间不便", "not free then"),
            Self::MaxTasks => ("max_tasks", "次数已满", "no task more in this period"),
            Self::MaxMinutes => ("max_minutes", "时长已满", "no minutes more in this period"),
            Self::OnTeam => ("on_team", "已在本单", "on the same team already"),
            Self::Clash { .. } => ("clash", "时间冲突", "another task, with the way between"),
        }
    }
}

/// Explains a plan of this instance, legal or not; what names nothing of the instance is left out.
#[must_use]
pub fn explain(instance: &Instance, plan: &Solution) -> Explanation {
    let scene = Scene::of(instance, plan);
    let mut parts = Parts::default();
    let mut assignments = Vec::new();
    let mut done: HashMap<usize, i64> = HashMap::new();
    for &(request, position, volunteer, start) in &plan.assign {
        let (Some(asked), Some(person)) = (
            instance.requests.get(request),
            instance.volunteers.get(volunteer),
        ) else {
            continue;
        };
        let [distance, cross_community, dislike, not_known, other] =
            instance.personal_costs(asked, person);
        let before = done.entry(volunteer).or_insert(person.recent);
        let costs = Costs {
            distance,
            cross_community,
            dislike,
            not_known,
            other,
            delay: instance.delay_cost(asked, start),
            fair: instance.params.fair * (2 * *before + 1),
        };
        *before += 1;
        let cost = costs.sum();
        parts.fair += costs.fair;
        parts.task += cost - costs.fair;
        assignments.push(Assigned {
            request,
            position,
            volunteer,
            start,
            costs,
            cost,
        });
    }
    let mut unfilled = Vec::new();
    for request in &instance.requests {
        for position in 0..request.positions.len() {
            if !scene.filled.contains_key(&(request.id, position)) {
                let why = scene.why(request, position);
                parts.unfilled += why.cost;
                unfilled.push(why);
            }
        }
    }
    Explanation {
        format: "dispatch-explanation/1",
        instance: instance.name.clone(),
        objective: parts.unfilled + parts.task + parts.fair,
        parts,
        labels: labels(&[
            ("unfilled", "岗位空缺", "positions nobody has"),
            ("task", "路程、推迟与偏好", "ways, delays, preferences"),
            ("distance", "路程", "way"),
            ("cross_community", "跨社区", "another community"),
            ("dislike", "不愿意的类别", "disliked category"),
            ("not_known", "不是居民熟悉的人", "nobody the resident knows"),
            ("other", "其他", "other reasons"),
            ("delay", "推迟", "later than the first start"),
            ("fair", "公平", "fairness"),
        ]),
        details: Positions {
            assignments,
            unfilled,
        },
    }
}

/// A plan, by volunteer and by position.
struct Scene<'a> {
    instance: &'a Instance,
    own: Vec<Vec<Task>>,
    filled: HashMap<(usize, usize), i32>,
    starts: HashMap<usize, i32>,
}

impl<'a> Scene<'a> {
    fn of(instance: &'a Instance, plan: &Solution) -> Self {
        let mut scene = Self {
            instance,
            own: vec![Vec::new(); instance.volunteers.len()],
            filled: HashMap::new(),
            starts: HashMap::new(),
        };
        for &(request, position, volunteer, start) in &plan.assign {
            if let Some(own) = scene.own.get_mut(volunteer) {
                own.push((request, position, start));
            }
            scene.filled.insert((request, position), start);
            scene.starts.entry(request).or_insert(start);
        }
        scene
    }

    fn why(&self, request: &Request, position: usize) -> Unfilled {
        let instance = self.instance;
        let price = instance.params.unfilled[request.urgency];
        let start = self.starts.get(&request.id).copied();
        let slots = start
            .as_ref()
            .map_or(&request.slots[..], std::slice::from_ref);
        let mut tally = Tally::new();
        for person in &instance.volunteers {
            if let Some(rule) = personal_exclusion(request, position, person) {
                tally.shut_out(rule.named());
                continue;
            }
            let own = &self.own[person.id];
            let place = (request.id, position);
            let mut least: Option<Vec<Exclusion>> = None;
            let mut delay: Option<i64> = None;
            for slot in slots {
                let rules = instance.reasons_among(place, person, *slot, own);
                if rules.is_empty() {
                    let cost = instance.delay_cost(request, *slot);
                    delay = Some(delay.map_or(cost, |least| least.min(cost)));
                } else if least.as_ref().is_none_or(|least| rules.len() < least.len()) {
                    least = Some(rules);
                }
            }
            if let Some(delay) = delay {
                let done = person.recent + own.len() as i64;
                let cost = instance.personal_cost(request, person)
                    + delay
                    + instance.params.fair * (2 * done + 1);
                tally.may(person.id, cost - price);
            } else if let Some(rule) = least.iter().flatten().next() {
                tally.shut_out(rule.named());
            }
        }
        Unfilled {
            request: request.id,
            position,
            start,
            cost: price,
            why: tally.why(),
        }
    }
}
