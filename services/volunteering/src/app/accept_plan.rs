use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use auth::Ctx;
use kernel::{AccountId, IdSourceExt, RosterPlanId, ShiftId, Timestamp, Version};
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::note_figures::note_sign_ups;
use super::roster_plans::{PlanError, hold_own};
use super::roster_scene::read_scene;
use crate::domain::roster::{
    Assignment, LeftOut, Placed, PlanResult, PlanState, RosterPlan, Scene,
};
use crate::domain::runner::runs;
use crate::domain::sign_up::{Obstacle, SignUp, SignUpState};
use crate::events::{self, Cause};
use crate::store::{
    Locked, find_plan_result, insert_sign_up, load_shifts, load_volunteers_of, save_plan,
    save_plan_result, save_shift, save_sign_up,
};

/// Accepts a plan: in one transaction its places are given to whoever may still have them. What no longer fits is left
/// out and said. Accepting again changes nothing and says the same.
pub(crate) async fn accept_plan(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    id: RosterPlanId,
) -> Result<(RosterPlan, PlanResult), PlanError> {
    app.db
        .write("roster_plan.accept", |tx| async move {
            idempotency::once(&tx, key, Box::pin(accept(app, ctx, id, &tx))).await
        })
        .await
}

async fn accept(
    app: &App,
    ctx: &Ctx,
    id: RosterPlanId,
    tx: &Tx,
) -> Result<(RosterPlan, PlanResult), PlanError> {
    let mut plan = hold_own(ctx, id, tx).await?;
    let found = find_plan_result(tx, id).await?;
    if let (PlanState::Accepted, Some(found)) = (plan.state, &found) {
        return Ok((plan, found.clone()));
    }
    if ctx.if_match.is_some_and(|seen| seen != plan.version) {
        return Err(PlanError::OtherVersion);
    }
    let (PlanState::Solved, Some(mut found)) = (plan.state, found) else {
        return Err(PlanError::State);
    };
    let mut scene = hold_scene(app, ctx, tx, &found.assignments).await?;
    let mut changes = Changes::default();
    for assignment in &found.assignments {
        match place(app, ctx, &mut scene, assignment) {
            Ok((sign_up, seen)) => {
                found.placed.push(Placed {
                    sign_up: sign_up.id,
                    shift: sign_up.shift,
                    position: sign_up.position,
                    account: sign_up.account,
                    state: sign_up.state,
                });
                changes.sign_ups.push((sign_up, seen));
            }
            Err(reason) => found.left_out.push(LeftOut {
                shift: assignment.shift,
                position: assignment.position,
                account: assignment.account,
                reason,
            }),
        }
    }
    changes.save(app, ctx, tx, &scene).await?;
    let seen = plan.version;
    plan.enter(PlanState::Accepted, ctx.now);
    plan.decided_by = Some(ctx.principal.account);
    save_plan(tx, &plan, seen).await?;
    save_plan_result(tx, id, &found).await?;
    Ok((plan, found))
}

/// Holds everybody first and every shift then, each in a fixed order, as whoever signs up does.
async fn hold_scene(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    assignments: &[Assignment],
) -> Result<Scene, StoreError> {
    let accounts: BTreeSet<AccountId> = assignments.iter().map(|one| one.account).collect();
    let shifts: BTreeSet<ShiftId> = assignments.iter().map(|one| one.shift).collect();
    let people = load_volunteers_of(tx, &Vec::from_iter(accounts), Locked::Yes).await?;
    let shifts = load_shifts(tx, &Vec::from_iter(shifts), Locked::Yes).await?;
    read_scene(app, tx, (shifts, people), ctx.now).await
}

/// Gives one place, or says what stands against it by now; with the version that a sign-up had before.
fn place(
    app: &App,
    ctx: &Ctx,
    scene: &mut Scene,
    wanted: &Assignment,
) -> Result<(SignUp, Option<Version>), Obstacle> {
    let mut openings = scene.openings.iter();
    let opening = openings.position(|opening| opening.shift.id == wanted.shift);
    let opening = opening.ok_or(Obstacle::Closed)?;
    let people = &scene.people;
    let person = people.binary_search_by_key(&wanted.account, |person| person.volunteer.account);
    let person = person.map_err(|_| Obstacle::Gone)?;
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
    let own = scene.own(opening, person).cloned();
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
