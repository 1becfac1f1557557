//! What a search found, held against every rule once more, with its reasons.
//!
//! The solver's model knows no quotas of an activity and one number of minutes for all weeks. What it proposed against
//! these is taken back, and what it left empty for their sake is given to whoever may have it.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::AccountId;
use solver::roster::{Solution, solve};
use solver::{Effort, Observer};

use super::build::{Model, Place, recent, unwanted};
use super::scene::Scene;
use super::{Assignment, Cost, Roster, Unfilled};
use crate::domain::catalogue::Risk;
use crate::domain::plan::Planless;
use crate::domain::sign_up::Obstacle;

/// Somebody on a place.
type Taken = (Place, usize);

/// Makes a roster of a scene, unless nobody watches it to its end.
pub(crate) fn plan_roster(
    scene: &mut Scene,
    effort: Effort,
    observer: &mut dyn Observer,
) -> Result<Roster, Planless> {
    let model = Model::of(scene).ok_or(Planless::Nothing)?;
    model.instance.validate().map_err(Planless::Refused)?;
    let outcome = solve(&model.instance, effort, observer);
    if observer.cancelled() {
        return Err(Planless::Nothing);
    }
    Ok(settle(scene, &model, &outcome.solution))
}

/// Makes the plan of what the search found; the scene is as if everybody had their places afterwards.
pub(super) fn settle(scene: &mut Scene, model: &Model, solution: &Solution) -> Roster {
    let load: Vec<i64> = scene
        .people
        .iter()
        .map(|person| recent(scene, &person.others))
        .collect();
    let mut holders: HashMap<(usize, usize), usize> = HashMap::new();
    for &(shift, index, person) in &solution.assign {
        holders.insert((shift, index), person);
    }
    let (mut taken, mut empty): (Vec<Taken>, Vec<Place>) = (Vec::new(), Vec::new());
    for (shift, places) in model.places.iter().enumerate() {
        for (index, place) in places.iter().enumerate() {
            match holders.get(&(shift, index)) {
                Some(person) if give(scene, *place, *person) => taken.push((*place, *person)),
                _ => empty.push(*place),
            }
        }
    }
    let (mut open, mut hopeless) = (Vec::new(), HashSet::new());
    for place in empty {
        // whom nobody could be found for once, nobody is found for later: people only become busier
        let found = if hopeless.contains(&place) {
            None
        } else {
            find_for(scene, place, &taken, &load)
        };
        match found {
            Some(person) if give(scene, place, person) => taken.push((place, person)),
            _ => {
                hopeless.insert(place);
                open.push(place);
            }
        }
    }
    taken.sort_by_key(|(place, person)| (place.opening, place.position, *person));
    let unfilled = explain(scene, &open);
    let (assignments, mut price) = reckon(scene, model, (taken.as_slice(), load.as_slice()));
    for place in &open {
        let risk = scene.opening(place.opening).map(|(_, held)| held.kind.risk);
        let [ordinary, elevated, dangerous] = scene.rules.unfilled;
        price += match risk {
            Some(Risk::Dangerous) => dangerous,
            Some(Risk::Elevated) => elevated,
            _ => ordinary,
        };
    }
    Roster {
        price,
        assignments,
        unfilled,
        ..Roster::default()
    }
}

/// Gives a place to somebody against whom nothing stands; says whether nothing does.
fn give(scene: &mut Scene, place: Place, person: usize) -> bool {
    let case = scene.situation(place.opening, person);
    let free = case.is_some_and(|case| case.obstacles(place.position).is_empty());
    let sign_up = scene.planned(place.opening, person, place.position);
    match sign_up.filter(|_| free) {
        Some(sign_up) => {
            scene.take(place.opening, person, sign_up);
            true
        }
        None => false,
    }
}

/// Finds whoever has the least to do among those who may have a place.
fn find_for(scene: &Scene, place: Place, taken: &[Taken], load: &[i64]) -> Option<usize> {
    let given = |person: usize| taken.iter().filter(|(_, holder)| *holder == person).count();
    let may = |person: &usize| {
        let case = scene.situation(place.opening, *person);
        case.is_some_and(|case| case.obstacles(place.position).is_empty())
            && given(*person) < usize::try_from(scene.rules.shifts_a_week).unwrap_or(usize::MAX)
    };
    let mut able: Vec<usize> = (0..scene.people.len()).filter(may).collect();
    able.sort_by_key(|person| {
        let given = i64::try_from(given(*person)).unwrap_or(i64::MAX);
        let recent = load.get(*person).copied().unwrap_or_default();
        (given.saturating_add(recent), *person)
    });
    able.first().copied()
}

/// Counts what stands against whom on the places that stay empty.
fn explain(scene: &Scene, open: &[Place]) -> Vec<Unfilled> {
    let mut counted: BTreeMap<(usize, u32), u32> = BTreeMap::new();
    for place in open {
        *counted.entry((place.opening, place.position)).or_default() += 1;
    }
    let mut unfilled = Vec::new();
    for ((opening, position), places) in counted {
        let Some((open, _)) = scene.opening(opening) else {
            continue;
        };
        let (mut able, mut reasons) = (0, BTreeMap::<Obstacle, u32>::new());
        for person in 0..scene.people.len() {
            let Some(case) = scene.situation(opening, person) else {
                continue;
            };
            let found = case.obstacles(position);
            if found.first() != Some(&Obstacle::OnList) {
                able += u32::from(case.standing_obstacles(position).is_empty());
            }
            for obstacle in found {
                *reasons.entry(obstacle).or_default() += 1;
            }
        }
        let mut reasons: Vec<(Obstacle, u32)> = reasons.into_iter().collect();
        reasons.sort_by_key(|(obstacle, people)| (std::cmp::Reverse(*people), *obstacle));
        unfilled.push(Unfilled {
            shift: open.shift.id,
            position,
            places,
            able,
            reasons,
        });
    }
    unfilled
}

/// What each place costs: the parts add up to the price.
fn reckon(
    scene: &Scene,
    model: &Model,
    (taken, load): (&[Taken], &[i64]),
) -> (Vec<Assignment>, i64) {
    let of_shift = model.places.iter().zip(&model.instance.shifts);
    let series: HashMap<usize, usize> = of_shift
        .filter_map(|(places, shift)| Some((places.first()?.opening, shift.series)))
        .collect();
    let rules = scene.rules;
    let mut served: HashMap<usize, i64> = HashMap::new();
    let mut faces: HashSet<(Option<usize>, AccountId)> = HashSet::new();
    let (mut assignments, mut price) = (Vec::new(), 0);
    for (place, person) in taken {
        let (Some((open, held)), Some(who)) =
            (scene.opening(place.opening), scene.people.get(*person))
        else {
            continue;
        };
        let account = who.volunteer.account;
        let before = served
            .entry(*person)
            .or_insert(load.get(*person).copied().unwrap_or_default());
        let mut costs = vec![(Cost::Load, rules.fair * (2 * *before + 1))];
        *before += 1;
        if faces.insert((series.get(&place.opening).copied(), account)) {
            costs.push((Cost::NewFace, rules.new_face));
        }
        if let Some(cost) = unwanted(scene, open.activity, *person) {
            costs.push((cost, rules.unwanted));
        }
        costs.retain(|(_, price)| *price > 0);
        price += costs.iter().map(|(_, price)| price).sum::<i64>();
        assignments.push(Assignment {
            shift: open.shift.id,
            activity: held.activity.id,
            position: place.position,
            account,
            costs,
        });
    }
    (assignments, price)
}
