//! Works on plans: one at a time in a process, under a lease that others take over when it falls silent. The search
//! runs on a thread of its own and is watched from here: how far it has come is saved, and a plan that was cancelled
//! ends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use kernel::VolunteerId;
use solver::{Effort, Observer, Progress};
use store::StoreError;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::App;
use super::dispatch_scene::read_dispatch;
use super::roster_scene::read_scene;
use crate::domain::dispatch::{DispatchScene, plan_dispatch};
use crate::domain::plan::{
    MOST_VOLUNTEERS, Plan, PlanKind, PlanProgress, PlanResult, PlanState, Planless,
};
use crate::domain::roster::{Scene, plan_repair, plan_roster};
use crate::store::{
    Locked, PlaceList, claim_plan, find_next_plan, forget_plans, keep_plan, list_in,
    load_many_tasks, load_shifts, load_volunteers, save_solved,
};

/// How long somebody who works on a plan may be silent.
const LEASE: Duration = Duration::from_mins(1);
/// How often progress is saved, and whether it was cancelled is asked.
const TICK: Duration = Duration::from_millis(500);
/// Plans of one turn.
const PLANS: u64 = 10;
/// How often a plan is begun; one that broke off more often would do so again.
const MOST_ATTEMPTS: u32 = 3;
/// How long plans are kept.
const KEPT: Duration = Duration::from_hours(24 * 90);
/// Plans that are forgotten at once.
const FORGOTTEN: u64 = 50;

/// What a search and those who watch it tell each other.
#[derive(Debug, Default)]
struct Watch {
    stop: AtomicBool,
    iteration: AtomicU64,
    /// Price, if there is one.
    incumbent: AtomicI64,
    legal: AtomicBool,
    /// What no plan undercuts, if that is known.
    bound: AtomicI64,
    bounded: AtomicBool,
}

impl Watch {
    fn progress(&self) -> PlanProgress {
        let known = |is_known: &AtomicBool, value: &AtomicI64| {
            let is_known = is_known.load(Ordering::Acquire);
            is_known.then(|| value.load(Ordering::Relaxed))
        };
        PlanProgress {
            iteration: self.iteration.load(Ordering::Relaxed),
            incumbent: known(&self.legal, &self.incumbent),
            bound: known(&self.bounded, &self.bound),
        }
    }
}

struct Watcher(Arc<Watch>);

impl Observer for Watcher {
    fn progress(&mut self, progress: &Progress) {
        self.0
            .iteration
            .store(progress.iteration, Ordering::Relaxed);
        if let Some(incumbent) = progress.incumbent {
            self.0.incumbent.store(incumbent, Ordering::Relaxed);
            self.0.legal.store(true, Ordering::Release);
        }
        if let Some(bound) = progress.bound {
            self.0.bound.store(bound, Ordering::Relaxed);
            self.0.bounded.store(true, Ordering::Release);
        }
    }

    fn cancelled(&mut self) -> bool {
        self.0.stop.load(Ordering::Relaxed)
    }
}

/// Ends the search when nobody watches any more: the process stops, or the plan is somebody else's.
struct StopOnDrop(Arc<Watch>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

/// What a plan could not be made of.
const TOO_MANY: &str = "too_many_volunteers";
/// A plan that broke off, again and again.
const BROKE_OFF: &str = "broke_off";

/// Works on the plans that wait; tells how many it ended.
pub(crate) async fn solve_plans(app: &App) -> Result<u64, StoreError> {
    let mut ended = 0;
    while ended < PLANS {
        let Some((plan, runner)) = take_next(app).await? else {
            break;
        };
        work_on(app, plan, runner).await?;
        ended += 1;
    }
    Ok(ended)
}

/// Takes the plan whose turn it is, unless somebody else is faster.
async fn take_next(app: &App) -> Result<Option<(Plan, Uuid)>, StoreError> {
    let now = app.clock.now();
    let Some(found) = find_next_plan(app.db.reader(), now).await? else {
        return Ok(None);
    };
    let (seen, runner) = (found.version, app.ids.next_uuid());
    let mut plan = found;
    plan.enter(PlanState::Solving, now);
    plan.attempts = plan.attempts.saturating_add(1);
    plan.progress = PlanProgress::default();
    let (plan, lease) = (&plan, (runner, now.plus(LEASE)));
    let taken = app.db.maintain("plan.claim", |tx| async move {
        claim_plan(&tx, plan, seen, lease).await
    });
    Ok(taken.await?.then(|| (plan.clone(), runner)))
}

async fn work_on(app: &App, plan: Plan, runner: Uuid) -> Result<(), StoreError> {
    if plan.attempts > MOST_ATTEMPTS {
        return end(app, plan, runner, Err(BROKE_OFF)).await;
    }
    match read(app, &plan).await? {
        Ok(stage) => {
            let effort = Effort {
                seed: plan.scope.seed,
                iterations: plan.scope.iterations,
            };
            match search(app, &plan, runner, (stage, effort)).await? {
                Some((found, progress)) => {
                    let plan = Plan { progress, ..plan };
                    end(app, plan, runner, found).await
                }
                None => Ok(()),
            }
        }
        Err(reason) => end(app, plan, runner, Err(reason)).await,
    }
}

/// What a search is about.
enum Stage {
    Shifts(PlanKind, Scene),
    Tasks(DispatchScene),
}

impl Stage {
    /// Searches, for as long as anybody watches.
    fn plan(self, effort: Effort, watcher: &mut Watcher) -> Result<PlanResult, Planless> {
        match self {
            Self::Tasks(scene) => plan_dispatch(&scene, effort, watcher).map(PlanResult::Dispatch),
            Self::Shifts(PlanKind::Repair, mut scene) => {
                plan_repair(&mut scene, effort, watcher).map(PlanResult::Roster)
            }
            Self::Shifts(_, mut scene) => {
                plan_roster(&mut scene, effort, watcher).map(PlanResult::Roster)
            }
        }
    }
}

/// Reads what is to be planned, or why it can't be.
async fn read(app: &App, plan: &Plan) -> Result<Result<Stage, &'static str>, StoreError> {
    let (db, now) = (app.db.reader(), app.clock.now());
    let most = u64::try_from(MOST_VOLUNTEERS).unwrap_or(u64::MAX) + 1;
    let ids: Vec<VolunteerId> =
        list_in(db, PlaceList::Certified, &plan.org_path, None, most).await?;
    if ids.len() > MOST_VOLUNTEERS {
        return Ok(Err(TOO_MANY));
    }
    let mut volunteers = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(store::CHUNK) {
        volunteers.extend(load_volunteers(db, chunk).await?);
    }
    Ok(Ok(match plan.scope.kind {
        PlanKind::Dispatch => {
            let mut tasks = load_many_tasks(db, &plan.scope.tasks, Locked::No).await?;
            // what went to another place meanwhile is somebody else's to decide about
            tasks.retain(|task| plan.org_path.contains(&task.org_path));
            let mut scene = read_dispatch(app, db, (tasks, volunteers), now).await?;
            scene.jobs.retain(|job| job.is_shut().is_none());
            Stage::Tasks(scene)
        }
        kind => {
            let shifts = load_shifts(db, &plan.scope.shifts, Locked::No).await?;
            let scene = read_scene(app, db, (shifts, volunteers), now).await?;
            Stage::Shifts(kind, scene)
        }
    }))
}

/// Searches on a thread of its own; nothing where the plan is no longer this one's to work on.
async fn search(
    app: &App,
    plan: &Plan,
    runner: Uuid,
    (stage, effort): (Stage, Effort),
) -> Result<Option<(Result<PlanResult, &'static str>, PlanProgress)>, StoreError> {
    let watch = Arc::new(Watch::default());
    let _guard = StopOnDrop(Arc::clone(&watch));
    let mut watcher = Watcher(Arc::clone(&watch));
    let mut work = spawn_blocking(move || {
        stage.plan(effort, &mut watcher).map_err(|planless| {
            if let Planless::Refused(error) = &planless {
                tracing::error!(%error, "the model of a plan is refused");
            }
            planless.code()
        })
    });
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            done = &mut work => {
                return Ok(match done {
                    Ok(found) => Some((found, watch.progress())),
                    Err(error) => {
                        // the lease ends by itself, and the attempts are counted
                        tracing::error!(%error, plan = %plan.id, "a search broke off");
                        None
                    }
                });
            }
            _ = ticks.tick() => {
                let (progress, until) = (watch.progress(), app.clock.now().plus(LEASE));
                let kept = app.db.maintain("plan.keep", |tx| async move {
                    keep_plan(&tx, plan.id, progress, (runner, until)).await
                });
                if !kept.await? {
                    return Ok(None);
                }
            }
        }
    }
}

/// Saves what was found, or why nothing was.
async fn end(
    app: &App,
    mut plan: Plan,
    runner: Uuid,
    found: Result<PlanResult, &'static str>,
) -> Result<(), StoreError> {
    let state = if found.is_ok() {
        PlanState::Solved
    } else {
        PlanState::Failed
    };
    plan.reason = found.as_ref().err().map(|reason| (*reason).to_owned());
    plan.enter(state, app.clock.now());
    let (plan, found) = (&plan, found.as_ref().ok());
    let saved = app.db.maintain("plan.end", |tx| async move {
        save_solved(&tx, plan, runner, found).await
    });
    if !saved.await? {
        tracing::info!(plan = %plan.id, "a plan was cancelled, or taken over, meanwhile");
    }
    Ok(())
}

/// Forgets plans that nobody has touched for long.
pub(crate) async fn forget_old_plans(app: &App) -> Result<u64, StoreError> {
    let (before, mut forgotten) = (app.clock.now().minus(KEPT), 0);
    loop {
        let batch = app.db.maintain("plan.forget", |tx| async move {
            forget_plans(&tx, before, FORGOTTEN).await
        });
        let gone = batch.await?;
        forgotten += gone;
        if gone < FORGOTTEN {
            return Ok(forgotten);
        }
    }
}

#[cfg(test)]
mod tests;
