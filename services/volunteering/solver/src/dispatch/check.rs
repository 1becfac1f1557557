//! Rules and objective once more, straight from a written plan: what no search has a hand in.

use std::collections::HashMap;

use super::model::{Instance, Solution};
use super::reasons::Exclusion;

/// Verdict on a plan.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Checked {
    /// Broken rules, in words; a plan is legal where there are none.
    pub violations: Vec<String>,
    /// The objective, part by part.
    pub parts: Parts,
    /// Positions there are.
    pub positions: usize,
    /// Positions nobody is on.
    pub unfilled: usize,
}

/// The objective, part by part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Parts {
    /// Unfilled positions.
    pub unfilled: i64,
    /// Ways, delays, dislikes.
    pub task: i64,
    /// Fairness.
    pub fair: i64,
}

impl Checked {
    /// The objective of a legal plan.
    #[must_use]
    pub fn objective(&self) -> Option<i64> {
        let parts = self.parts;
        let sum = parts.unfilled + parts.task + parts.fair;
        self.violations.is_empty().then_some(sum)
    }
}

/// Checks a plan.
#[must_use]
pub fn check(instance: &Instance, solution: &Solution) -> Checked {
    let mut violations = Vec::new();
    let mut parts = Parts::default();
    let mut taken = HashMap::new();
    let mut starts = HashMap::new();
    let mut tasks: Vec<Vec<(i32, usize)>> = vec![Vec::new(); instance.volunteers.len()];
    for &(request, position, volunteer, start) in &solution.assign {
        let place = (request, position);
        let (Some(asked), Some(person)) = (
            instance.requests.get(request),
            instance.volunteers.get(volunteer),
        ) else {
            violations.push(format!("bad ids {request},{position},{volunteer}"));
            continue;
        };
        if position >= asked.positions.len() {
            violations.push(format!("bad ids {request},{position},{volunteer}"));
            continue;
        }
        if taken.insert(place, volunteer).is_some() {
            violations.push(format!("position {request},{position} twice"));
        }
        if !asked.slots.contains(&start) {
            violations.push(format!("request {request}: start {start} not a slot"));
        }
        if *starts.entry(request).or_insert(start) != start {
            violations.push(format!("request {request}: team starts differ"));
        }
        if let Some(reason) = instance.exclusion(asked, position, person, start) {
            violations.push(format!("{request},{position},{volunteer}: {reason:?}"));
        }
        tasks[volunteer].push((start, request));
        parts.task += instance.personal_cost(asked, person) + instance.delay_cost(asked, start);
    }
    for (volunteer, tasks) in tasks.iter_mut().enumerate() {
        tasks.sort_unstable();
        check_volunteer(instance, volunteer, tasks, &mut violations);
        let (recent, n) = (instance.volunteers[volunteer].recent, tasks.len() as i64);
        parts.fair += instance.params.fair * ((recent + n).pow(2) - recent.pow(2));
    }
    let (mut positions, mut unfilled) = (0, 0);
    for request in &instance.requests {
        for position in 0..request.positions.len() {
            positions += 1;
            if !taken.contains_key(&(request.id, position)) {
                unfilled += 1;
                parts.unfilled += instance.params.unfilled[request.urgency];
            }
        }
    }
    Checked {
        violations,
        parts,
        positions,
        unfilled,
    }
}

fn check_volunteer(
    instance: &Instance,
    volunteer: usize,
    tasks: &[(i32, usize)],
    violations: &mut Vec<String>,
) {
    let person = &instance.volunteers[volunteer];
    if tasks.len() > person.max_tasks as usize {
        violations.push(format!("{volunteer}: {:?}", Exclusion::MaxTasks));
    }
    let minutes = tasks
        .iter()
        .map(|(_, request)| i64::from(instance.requests[*request].duration));
    if minutes.sum::<i64>() > i64::from(person.max_minutes) {
        violations.push(format!("{volunteer}: {:?}", Exclusion::MaxMinutes));
    }
    for (index, a) in tasks.iter().enumerate() {
        for b in tasks.iter().skip(index + 1) {
            let (first, second) = (&instance.requests[a.1], &instance.requests[b.1]);
            if a.1 == b.1 {
                violations.push(format!("{volunteer}: {:?}", Exclusion::OnTeam));
            } else if instance.clash((first, a.0), (second, b.0)) {
                let reason = Exclusion::Clash { request: b.1 };
                violations.push(format!("{volunteer}: {reason:?} with {}", a.1));
            }
        }
    }
}
