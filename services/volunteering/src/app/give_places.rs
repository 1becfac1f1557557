//! What accepting a roster or its repair does: offers end, places are given.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use auth::Ctx;
use kernel::{AccountId, IdSourceExt, ShiftId, SignUpId, Timestamp, Version};
use store::{StoreError, Tx, Writes};

use super::App;
use super::note_figures::note_sign_ups;
use super::roster_scene::read_scene;
use crate::domain::roster::{Assignment, Fate, LeftOut, Placed, Replaced, Roster, Scene};
use crate::domain::runner::runs;
use crate::domain::sign_up::{Obstacle, SignUp, SignUpState};
use crate::events::{self, Cause};
use crate::store::{
    Locked, insert_sign_up, load_shifts, load_volunteers_of, save_shift, save_sign_up,
};

/// Takes back the offers that a repair replaces, and gives the places of a roster.
pub(super) async fn give_places(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    roster: &mut Roster,
) -> Result<(), StoreError> {
    let mut scene = hold_scene(app, ctx, tx, roster).await?;
    let mut changes = Changes::default();
    let lifted = lift(ctx, &mut scene, roster);
    let mut stays: HashSet<SignUpId> = HashSet::new();
    for assignment in movers_first(&roster.assignments, &lifted) {
        match place(app, ctx, &mut scene, (assignment, &lifted)) {
            Ok((sign_up, seen)) => {
                roster.placed.push(Placed {
                    sign_up: sign_up.id,
                    shift: sign_up.shift,
                    position: sign_up.position,
                    account: sign_up.account,
                    state: sign_up.state,
                });
                changes.sign_ups.push((sign_up, seen));
            }
            Err(reason) => {
                let mine = lifted
                    .iter()
                    .filter(|one| one.account == assignment.account);
                for offer in mine {
                    keep(&mut scene, offer, &mut stays);
                }
                roster.left_out.push(LeftOut {
                    shift: assignment.shift,
                    position: assignment.position,
                    account: assignment.account,
                    reason,
                });
            }
        }
    }
    for replaced in &mut roster.replaced {
        let offer = lifted.iter().find(|one| one.id == replaced.sign_up);
        replaced.fate = Some(match offer {
            None => Fate::Changed,
            // the same person has another position of the shift
            Some(offer) if changes.has(offer.id) => Fate::Withdrawn,
            Some(offer) => {
                keep(&mut scene, offer, &mut stays);
                if stays.contains(&offer.id) {
                    Fate::Kept
                } else {
                    changes.end(offer, ctx.now);
                    Fate::Withdrawn
                }
            }
        });
    }
    changes.save(app, ctx, tx, &scene).await
}

/// Whoever goes from one place to another comes first: where the new one is gone they keep the old one, and nobody else
/// has got it meanwhile.
fn movers_first<'plan>(
    assignments: &'plan [Assignment],
    lifted: &[SignUp],
) -> impl Iterator<Item = &'plan Assignment> + use<'plan> {
    let (movers, others): (Vec<_>, Vec<_>) = assignments
        .iter()
        .partition(|one| lifted.iter().any(|offer| offer.account == one.account));
    movers.into_iter().chain(others)
}

/// Lifts the offers that a repair replaces and that are still as they were when it was made.
fn lift(ctx: &Ctx, scene: &mut Scene, roster: &Roster) -> Vec<SignUp> {
    // what went to another place meanwhile is somebody else's to decide about
    let runs_it = |replaced: &&Replaced| {
        let mut openings = scene.openings.iter();
        let opening = openings.position(|opening| opening.shift.id == replaced.shift);
        let held = opening.and_then(|opening| scene.opening(opening));
        held.is_some_and(|(_, held)| runs(&ctx.principal, &held.activity.org_path))
    };
    let only: HashSet<SignUpId> = roster
        .replaced
        .iter()
        .filter(runs_it)
        .map(|replaced| replaced.sign_up)
        .collect();
    scene.lift(Some(&only))
}

/// Leaves an offer that was lifted with whoever has it, where nobody has come in their stead and they still may.
fn keep(scene: &mut Scene, offer: &SignUp, stays: &mut HashSet<SignUpId>) {
    let mut openings = scene.openings.iter();
    let opening = openings.position(|opening| opening.shift.id == offer.shift);
    let (Some(opening), Some(person)) = (opening, scene.find(offer.account)) else {
        return;
    };
    let fits = scene.situation(opening, person).is_some_and(|case| {
        case.obstacles(offer.position).is_empty() && !case.is_full(offer.position)
    });
    if fits {
        scene.take(opening, person, offer.clone());
        stays.insert(offer.id);
    }
}

/// Holds everybody first and every shift then, each in a fixed order, as whoever signs up does.
async fn hold_scene(app: &App, ctx: &Ctx, tx: &Tx, roster: &Roster) -> Result<Scene, StoreError> {
    let given = roster
        .assignments
        .iter()
        .map(|one| (one.account, one.shift));
    let taken = roster.replaced.iter().map(|one| (one.account, one.shift));
    let (accounts, shifts): (BTreeSet<AccountId>, BTreeSet<ShiftId>) = given.chain(taken).unzip();
    let people = load_volunteers_of(tx, &Vec::from_iter(accounts), Locked::Yes).await?;
    let shifts = load_shifts(tx, &Vec::from_iter(shifts), Locked::Yes).await?;
    read_scene(app, tx, (shifts, people), ctx.now).await
}

/// Gives one place, or says what stands against it by now; with the version that a sign-up had before.
fn place(
    app: &App,
    ctx: &Ctx,
    scene: &mut Scene,
    (wanted, lifted): (&Assignment, &[SignUp]),
) -> Result<(SignUp, Option<Version>), Obstacle> {
    let mut openings = scene.openings.iter();
    let opening = openings.position(|opening| opening.shift.id == wanted.shift);
    let opening = opening.ok_or(Obstacle::Closed)?;
    let person = scene.find(wanted.account).ok_or(Obstacle::Gone)?;
    let (Some((open, held)), Some(case)) =
        (scene.opening(opening), scene.situation(opening, person))
    else {
        return Err(Obstacle::Closed);
    };
    // what went to another place meanwhile is somebody else's to decide about
    if !runs(&ctx.principal, &held.activity.org_path) {
        return Err(Obstacle::Closed);
    }
    if let Some(obstacle) = case.obstacles(wanted.position).first() {
        return Err(*obstacle);
    }
    if case.is_full(wanted.position) {
        return Err(Obstacle::Full);
    }
    let mut before = lifted.iter();
    let before = before.find(|one| one.shift == wanted.shift && one.account == wanted.account);
    let own = scene.own(opening, person).or(before).cloned();
    // nobody is on duty without an answer: who applied has given it, and a duty by turns says itself who comes
    let applied = own
        .as_ref()
        .is_some_and(|own| own.state == SignUpState::Applied);
    let sure = applied || scene.is_on_turn(opening, person);
    let state = if sure {
        SignUpState::Confirmed
    } else {
        SignUpState::Offered
    };
    let until = answer_by(scene, open.shift.begins_at, ctx.now);
    let (mut sign_up, seen) = match own {
        Some(own) => {
            let seen = own.version;
            (own, Some(seen))
        }
        None => (
            fresh(app, ctx, scene, (opening, wanted)).ok_or(Obstacle::Closed)?,
            None,
        ),
    };
    if seen.is_some() {
        sign_up.position = wanted.position;
        sign_up.enter(state, ctx.now);
    }
    sign_up.state = state;
    sign_up.offer_until = (state == SignUpState::Offered).then_some(until);
    scene.take(opening, person, sign_up.clone());
    Ok((sign_up, seen))
}

/// Until when an offer stands: as long as the rules say, and never longer than half of the time that is left.
fn answer_by(scene: &Scene, begins_at: Timestamp, now: Timestamp) -> Timestamp {
    let hours = Duration::from_hours(u64::from(scene.rules.offer_hours));
    now.plus(hours.min(begins_at.duration_since(now) / 2))
}

fn fresh(
    app: &App,
    ctx: &Ctx,
    scene: &mut Scene,
    (opening, wanted): (usize, &Assignment),
) -> Option<SignUp> {
    let open = scene.openings.get_mut(opening)?;
    let ticket = open.shift.ticket();
    Some(SignUp {
        id: app.ids.next(),
        shift: open.shift.id,
        activity: open.shift.activity,
        account: wanted.account,
        position: wanted.position,
        state: SignUpState::Offered,
        ticket,
        begins_at: open.shift.begins_at,
        ends_at: open.shift.ends_at,
        offer_until: None,
        checked_in_at: None,
        checked_out_at: None,
        appealed: false,
        version: Version::FIRST,
        created_at: ctx.now,
        updated_at: ctx.now,
    })
}

/// What accepting changes: sign-ups with the version before, where there was one.
#[derive(Default)]
struct Changes {
    sign_ups: Vec<(SignUp, Option<Version>)>,
}

impl Changes {
    fn has(&self, id: SignUpId) -> bool {
        self.sign_ups.iter().any(|(sign_up, _)| sign_up.id == id)
    }

    fn end(&mut self, offer: &SignUp, now: Timestamp) {
        let (mut ended, seen) = (offer.clone(), offer.version);
        ended.enter(SignUpState::Lapsed, now);
        self.sign_ups.push((ended, Some(seen)));
    }

    async fn save(&self, app: &App, ctx: &Ctx, tx: &Tx, scene: &Scene) -> Result<(), StoreError> {
        for held in &scene.activities {
            let mine = self.sign_ups.iter().map(|(sign_up, _)| sign_up);
            let mine = mine.filter(|sign_up| sign_up.activity == held.activity.id);
            // before they are saved: what counts already is read from the rows
            note_sign_ups(app, tx, &held.activity.org_path, mine).await?;
        }
        let mut writes = Writes::default();
        let mut told = Vec::with_capacity(self.sign_ups.len());
        let mut fresh: HashMap<ShiftId, i64> = HashMap::new();
        for (sign_up, seen) in &self.sign_ups {
            if let Some(seen) = seen {
                save_sign_up(tx, sign_up, *seen).await?;
            } else {
                insert_sign_up(&mut writes, sign_up);
                *fresh.entry(sign_up.shift).or_default() += 1;
            }
            let mut activities = scene.activities.iter();
            let held = activities.find(|held| held.activity.id == sign_up.activity);
            if let Some(held) = held {
                let (ids, cause) = (app.ids.as_ref(), Cause::Caller(ctx));
                told.push(events::sign_up_changed(ids, cause, &held.activity, sign_up));
            }
        }
        for opening in &scene.openings {
            let Some(tickets) = fresh.get(&opening.shift.id) else {
                continue;
            };
            // each ticket is a version of its own; the row is held, so that none was given meanwhile
            let seen = opening.shift.version.get() - tickets;
            let seen =
                Version::new(seen).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            save_shift(tx, &opening.shift, seen).await?;
        }
        bus::emit_with(&mut writes, &told);
        writes.run(tx).await
    }
}
