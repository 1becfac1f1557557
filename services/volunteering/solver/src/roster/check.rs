//! Rules and objective once more, straight from a written plan: what no search has a hand in.

use std::collections::{HashMap, HashSet};

use super::model::{Instance, Repair, Shift, Solution};
use super::reasons::{Exclusion, is_free, run_broken, week_load_broken};

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
    /// Positions whose holder differs from the base without having cancelled.
    pub changes: usize,
}

/// The objective, part by part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Parts {
    /// Unfilled positions.
    pub unfilled: i64,
    /// Ways, dislikes.
    pub task: i64,
    /// Fairness.
    pub fair: i64,
    /// New faces.
    pub continuity: i64,
    /// Changes to the base.
    pub change: i64,
}

impl Checked {
    /// The objective of a legal plan.
    #[must_use]
    pub fn objective(&self) -> Option<i64> {
        let parts = self.parts;
        let sum = parts.unfilled + parts.task + parts.fair + parts.continuity + parts.change;
        self.violations.is_empty().then_some(sum)
    }
}

/// Checks a plan, as a repair where one is given.
#[must_use]
pub fn check(instance: &Instance, solution: &Solution, repair: Option<&Repair>) -> Checked {
    let mut violations = Vec::new();
    let mut parts = Parts::default();
    let mut at: HashMap<(usize, usize), usize> = HashMap::new();
    let mut faces: HashSet<(usize, usize)> = HashSet::new();
    let mut own: Vec<Vec<Shift>> = vec![Vec::new(); instance.volunteers.len()];
    let mut teams: HashMap<usize, Vec<usize>> = HashMap::new();
    for &(shift, position, volunteer) in &solution.assign {
        let place = format!("{shift},{position},{volunteer}");
        let (Some(date), Some(person)) = (
            instance.shifts.get(shift),
            instance.volunteers.get(volunteer),
        ) else {
            violations.push(format!("bad ids {place}"));
            continue;
        };
        if position >= instance.series[date.series].positions.len() {
            violations.push(format!("bad ids {place}"));
            continue;
        }
        if at.insert((shift, position), volunteer).is_some() {
            violations.push(format!("{place}: twice"));
        }
        let cancelled = repair.is_some_and(|repair| repair.cancels(volunteer, date));
        for (broken, reason) in [
            (!instance.skilled(person, date, position), Exclusion::Skills),
            (!is_free(person, date), Exclusion::Unavailable),
            (cancelled, Exclusion::Cancelled),
        ] {
            if broken {
                violations.push(format!("{place}: {reason:?}"));
            }
        }
        own[volunteer].push(*date);
        teams.entry(shift).or_default().push(volunteer);
        faces.insert((date.series, volunteer));
        parts.task += instance.personal_cost(person, date);
    }
    check_teams(instance, &teams, &mut violations);
    for (volunteer, shifts) in own.iter_mut().enumerate() {
        shifts.sort_by_key(|shift| shift.start);
        check_volunteer(instance, volunteer, shifts, &mut violations);
        let (recent, n) = (instance.volunteers[volunteer].recent, shifts.len() as i64);
        parts.fair += instance.params.fair * ((recent + n).pow(2) - recent.pow(2));
    }
    let (mut positions, mut unfilled) = (0, 0);
    for shift in &instance.shifts {
        let series = &instance.series[shift.series];
        for position in 0..series.positions.len() {
            positions += 1;
            if !at.contains_key(&(shift.id, position)) {
                unfilled += 1;
                parts.unfilled += instance.params.unfilled[series.priority];
            }
        }
    }
    parts.continuity = instance.params.new_face * faces.len() as i64;
    let changes = repair.map_or(0, |repair| {
        check_changes(instance, repair, &at, &mut violations)
    });
    parts.change = repair.map_or(0, |repair| repair.change) * changes as i64;
    Checked {
        violations,
        parts,
        positions,
        unfilled,
        changes,
    }
}

fn check_teams(
    instance: &Instance,
    teams: &HashMap<usize, Vec<usize>>,
    violations: &mut Vec<String>,
) {
    let avoid: HashSet<(usize, usize)> = instance.avoid.iter().copied().collect();
    for (shift, team) in teams {
        for (index, a) in team.iter().enumerate() {
            for b in team.iter().skip(index + 1) {
                if a == b {
                    violations.push(format!("{shift}: {a} {:?}", Exclusion::OnTeam));
                } else if avoid.contains(&(*a.min(b), *a.max(b))) {
                    let reason = Exclusion::Avoid { volunteer: *b };
                    violations.push(format!("{shift}: {a} {reason:?}"));
                }
            }
        }
    }
}

fn check_volunteer(
    instance: &Instance,
    volunteer: usize,
    shifts: &[Shift],
    violations: &mut Vec<String>,
) {
    let person = &instance.volunteers[volunteer];
    for pair in shifts.windows(2) {
        if pair[0].end + instance.params.min_rest > pair[1].start {
            let reason = Exclusion::Rest { shift: pair[1].id };
            violations.push(format!("{volunteer}: {reason:?}"));
        }
    }
    if week_load_broken(person, shifts) {
        violations.push(format!("{volunteer}: {:?}", Exclusion::WeekLoad));
    }
    if run_broken(person, shifts) {
        violations.push(format!("{volunteer}: {:?}", Exclusion::ConsecutiveDays));
    }
}

/// Counts changes; a change before the freeze is a violation.
fn check_changes(
    instance: &Instance,
    repair: &Repair,
    at: &HashMap<(usize, usize), usize>,
    violations: &mut Vec<String>,
) -> usize {
    let base: HashMap<(usize, usize), usize> = repair
        .base
        .iter()
        .map(|&(shift, position, volunteer)| ((shift, position), volunteer))
        .collect();
    let places: HashSet<&(usize, usize)> = base.keys().chain(at.keys()).collect();
    let mut changes = 0;
    for place in places {
        let (before, after) = (base.get(place), at.get(place));
        if before == after {
            continue;
        }
        let shift = &instance.shifts[place.0];
        if shift.start < repair.frozen_before {
            violations.push(format!("{place:?}: frozen"));
        }
        if !before.is_some_and(|who| repair.cancels(*who, shift)) {
            changes += 1;
        }
    }
    changes
}
