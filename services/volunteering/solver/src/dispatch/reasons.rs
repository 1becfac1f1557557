//! Why somebody may not do something 为什么不是我.

use super::model::{Instance, Request, Volunteer};
use crate::read::distance;

/// A task a volunteer has: request, position, start.
pub(super) type Task = (usize, usize, i32);

/// What keeps a volunteer from a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// 缺少技能: a skill is missing.
    Skills,
    /// 身份不符: another kind of person is asked for.
    Kind,
    /// 语言不符: the language is missing.
    Language,
    /// 居民回避: the resident asked for others.
    Excluded,
    /// 超出服务半径: too far away.
    Radius,
    /// 时间不便: not free then.
    Availability,
    /// 次数已满: no task more in this period.
    MaxTasks,
    /// 时长已满: no minutes more in this period.
    MaxMinutes,
    /// 已在本单: on the same team already.
    OnTeam,
    /// 时间冲突: another task, with the way between them.
    Clash {
        /// The other request.
        request: usize,
    },
}

impl Instance {
    /// What keeps the volunteer from the position whatever else they do.
    #[must_use]
    pub fn exclusion(
        &self,
        request: &Request,
        position: usize,
        volunteer: &Volunteer,
        start: i32,
    ) -> Option<Exclusion> {
        let end = start.saturating_add(request.duration);
        let free = |(from, until): &(i32, i32)| *from <= start && end <= *until;
        if let Some(exclusion) = personal_exclusion(request, position, volunteer) {
            return Some(exclusion);
        }
        (!volunteer.windows.iter().any(free)).then_some(Exclusion::Availability)
    }

    /// Price of a volunteer on a request, delay and fairness excepted.
    #[inline]
    pub(crate) fn personal_cost(&self, request: &Request, volunteer: &Volunteer) -> i64 {
        self.personal_costs(request, volunteer).iter().sum()
    }

    /// The same by what for: way, another community, a disliked category, nobody known, other reasons.
    #[inline]
    pub(super) fn personal_costs(&self, request: &Request, volunteer: &Volunteer) -> [i64; 5] {
        let q = &self.params;
        let way = distance(request.x, request.y, volunteer.x, volunteer.y);
        let if_so = |so: bool, price: i64| if so { price } else { 0 };
        let unknown = !request.known.is_empty() && !request.known.contains(&volunteer.id);
        let disliked = volunteer.dislikes.contains(&request.category);
        [
            i64::from(way / q.dist_div),
            if_so(request.community != volunteer.community, q.cross_community),
            if_so(disliked, q.dislike),
            if_so(unknown, q.not_known),
            request.prices.get(volunteer.id).copied().unwrap_or(0),
        ]
    }

    /// Price of a start later than the first slot.
    pub(crate) fn delay_cost(&self, request: &Request, start: i32) -> i64 {
        let first = request.slots.first().copied().unwrap_or(start);
        let hours = (i64::from(start) - i64::from(first)).div_euclid(60);
        self.params.late_per_hour * request.urgency as i64 * hours
    }

    /// Minutes between the ends of two tasks at these places.
    pub(crate) fn travel(&self, a: &Request, b: &Request) -> i32 {
        let walk = self.params.walk_m_per_min;
        (distance(a.x, a.y, b.x, b.y) + walk - 1) / walk
    }

    /// Why the volunteer isn't on the position at that start, given what the plan has them do
    /// otherwise; empty where nothing but the price stands against it.
    #[must_use]
    pub fn why_not(
        &self,
        plan: &super::Solution,
        request: usize,
        position: usize,
        volunteer: usize,
        start: i32,
    ) -> Vec<Exclusion> {
        let Some(person) = self.volunteers.get(volunteer) else {
            return Vec::new();
        };
        if request >= self.requests.len() {
            return Vec::new();
        }
        let own = plan.assign.iter().filter(|task| task.2 == volunteer);
        let own: Vec<Task> = own.map(|task| (task.0, task.1, task.3)).collect();
        self.reasons_among((request, position), person, start, &own)
    }

    /// The same of a position there is, given the tasks the volunteer has.
    pub(super) fn reasons_among(
        &self,
        (request, position): (usize, usize),
        person: &Volunteer,
        start: i32,
        own: &[Task],
    ) -> Vec<Exclusion> {
        let asked = &self.requests[request];
        let mut reasons: Vec<Exclusion> =
            Vec::from_iter(self.exclusion(asked, position, person, start));
        let (mut tasks, mut minutes) = (1, asked.duration);
        for &(other, place, begins) in own {
            if (other, place) == (request, position) {
                continue;
            }
            let Some(task) = self.requests.get(other) else {
                continue;
            };
            tasks += 1;
            minutes += task.duration;
            if other == request {
                reasons.push(Exclusion::OnTeam);
            } else if self.clash((asked, start), (task, begins)) {
                reasons.push(Exclusion::Clash { request: other });
            }
        }
        if tasks > person.max_tasks {
            reasons.push(Exclusion::MaxTasks);
        }
        if minutes > person.max_minutes {
            reasons.push(Exclusion::MaxMinutes);
        }
        reasons
    }

    /// Whether nobody can do both.
    pub(crate) fn clash(&self, a: (&Request, i32), b: (&Request, i32)) -> bool {
        let (first, second) = if a.1 <= b.1 { (a, b) } else { (b, a) };
        let busy = first.0.duration + self.travel(first.0, second.0);
        first.1.saturating_add(busy) > second.1
    }
}

/// What keeps the volunteer from the position at any time.
pub(super) fn personal_exclusion(
    request: &Request,
    position: usize,
    volunteer: &Volunteer,
) -> Option<Exclusion> {
    let position = request.positions.get(position)?;
    let has = |skill: &u32| volunteer.skills.contains(skill);
    if !position.skills.iter().all(has) {
        return Some(Exclusion::Skills);
    }
    if !position.kinds.is_empty() && !position.kinds.contains(&volunteer.kind) {
        return Some(Exclusion::Kind);
    }
    let speaks = |language: u32| volunteer.languages.contains(&language);
    if request.language.is_some_and(|language| !speaks(language)) {
        return Some(Exclusion::Language);
    }
    if request.excluded.contains(&volunteer.id) {
        return Some(Exclusion::Excluded);
    }
    let far = distance(request.x, request.y, volunteer.x, volunteer.y) > volunteer.radius;
    far.then_some(Exclusion::Radius)
}
