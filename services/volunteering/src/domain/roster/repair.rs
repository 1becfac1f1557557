//! Repair of a roster after drop-outs (缺岗修补): places that are taken stay, what became free is filled, and offers that
//! nobody has answered yet may go to others, each for a price.

use std::collections::HashSet;

use solver::roster::{Repair, Volunteer as Worker, repair};
use solver::{Effort, Observer};

use super::build::{Model, Place};
use super::scene::Scene;
use super::settle::settle;
use super::{Assignment, Replaced, Roster};
use crate::domain::plan::Planless;
use crate::domain::sign_up::SignUp;

/// Makes a repair of a scene, unless nobody watches it to its end.
pub(crate) fn plan_repair(
    scene: &mut Scene,
    effort: Effort,
    observer: &mut dyn Observer,
) -> Result<Roster, Planless> {
    let lifted = scene.lift(None);
    let mut model = Model::of(scene).ok_or(Planless::Nothing)?;
    let case = case_of(scene, &mut model, &lifted);
    model.instance.validate().map_err(Planless::Refused)?;
    let outcome = repair(&model.instance, &case, effort, observer);
    if observer.cancelled() {
        return Err(Planless::Nothing);
    }
    let found = settle(scene, &model, &outcome.solution);
    Ok(compare(scene, found, &lifted))
}

/// What was offered is the plan that is repaired. Whatever place is free was that of somebody who dropped out, so that
/// filling it changes nothing: in the model they are one more person, who can do nothing.
fn case_of(scene: &Scene, model: &mut Model, lifted: &[SignUp]) -> Repair {
    let nobody = model.instance.volunteers.len();
    let mut cancelled = Vec::new();
    if let Some(first) = model.instance.volunteers.first() {
        let gone = Worker {
            id: nobody,
            skills: Vec::new(),
            weekly: Vec::new(),
            ..first.clone()
        };
        model.instance.volunteers.push(gone);
        cancelled.push((nobody, 0, i32::MAX));
    }
    let mut left: Vec<&SignUp> = lifted.iter().collect();
    let mut base = Vec::new();
    for (shift, places) in model.places.iter().enumerate() {
        for (index, place) in places.iter().enumerate() {
            let holder = holder_of(scene, *place, &mut left).unwrap_or(nobody);
            if holder < model.instance.volunteers.len() {
                base.push((shift, index, holder));
            }
        }
    }
    Repair {
        format: "roster-repair/1".to_owned(),
        instance: model.instance.name.clone(),
        base,
        cancelled,
        frozen_before: 0,
        change: scene.rules.change,
    }
}

/// Takes the offer of a place out of those that are left; whose it is.
fn holder_of(scene: &Scene, place: Place, left: &mut Vec<&SignUp>) -> Option<usize> {
    let (opening, _) = scene.opening(place.opening)?;
    let is_there = |one: &&SignUp| one.shift == opening.shift.id && one.position == place.position;
    let found = left.iter().position(is_there)?;
    scene.find(left.swap_remove(found).account)
}

/// Tells what a plan changes, and what it leaves as it is.
fn compare(scene: &Scene, mut found: Roster, lifted: &[SignUp]) -> Roster {
    let place = |one: &SignUp| (one.shift, one.position, one.account);
    let offered: HashSet<_> = lifted.iter().map(place).collect();
    let (kept, fresh): (Vec<Assignment>, Vec<Assignment>) = found
        .assignments
        .into_iter()
        .partition(|one| offered.contains(&(one.shift, one.position, one.account)));
    let stays: HashSet<_> = kept
        .iter()
        .map(|one| (one.shift, one.position, one.account))
        .collect();
    for one in lifted.iter().filter(|one| !stays.contains(&place(one))) {
        found.price += scene.rules.change;
        found.replaced.push(Replaced {
            sign_up: one.id,
            shift: one.shift,
            position: one.position,
            account: one.account,
            price: scene.rules.change,
            fate: None,
        });
    }
    Roster {
        assignments: fresh,
        kept,
        ..found
    }
}
