use auth::Ctx;
use kernel::{
    CursorError, IdSourceExt, OrgPath, RosterPlanId, ShiftId, TaskId, Timestamp, Version,
};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::page::{PageWanted, Paged};
use super::plan_scope::find_scope;
use super::volunteer_error::{out_of_scope, version_changed};
use crate::domain::dispatch::MOST_TASKS;
use crate::domain::plan::{
    MOST_AT_ONCE, MOST_VOLUNTEERS, Plan, PlanProgress, PlanResult, PlanState,
};
use crate::domain::roster::{MOST_DAYS, MOST_PLACES, MOST_SHIFTS};
use crate::domain::runner::runs;
use crate::store::{
    PlaceList, count_plans_at_work, find_plan, find_plan_result, hold_plan, insert_plan, list_in,
    load_plans, save_plan, show_at,
};

/// Name of the list of plans in its cursors.
const PLANS: &str = "roster-plans";

/// Which shifts a plan is for (排班范围).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum WhichShifts {
    /// Those that begin from one time until another.
    Within(Timestamp, Timestamp),
    /// These.
    These(Vec<ShiftId>),
}

/// What a plan is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum PlanSubject {
    /// Free places of shifts.
    Roster(WhichShifts),
    /// Those, and offers without an answer.
    Repair(WhichShifts),
    /// Open tasks: these, or all of the place.
    Dispatch(Option<Vec<TaskId>>),
}

/// Asks for a plan.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenPlan {
    pub(crate) org_path: OrgPath,
    pub(crate) subject: PlanSubject,
    pub(crate) seed: u64,
    pub(crate) iterations: u64,
}

/// Why a plan is not made, shown, cancelled or accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    #[error("no such plan for the caller")]
    NotFound,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("the span makes no sense")]
    Span,
    #[error("neither a period nor shifts are named, or both")]
    Which,
    #[error("a dispatch is of tasks, everything else of shifts")]
    OtherKind(&'static str),
    #[error("a shift is not there, or not of the place")]
    NoShift,
    #[error("a task is not there, not open, or not of the place")]
    NoTask,
    #[error("there is nothing to plan")]
    Nothing,
    #[error("too much for one plan: {0}")]
    TooLarge(&'static str),
    #[error("the organisation has plans under way")]
    TooMany,
    #[error("not in this state")]
    State,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for PlanError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "roster-plan-not-found",
                "没有这个方案",
                "there is no such plan",
            ),
            Self::OutOfScope => out_of_scope(),
            Self::Span => Fact::new(
                Kind::Invalid,
                "invalid-period",
                format!("截止须晚于起始，且不超过 {MOST_DAYS} 天"),
                format!("the period must end after it begins, within {MOST_DAYS} days"),
            )
            .at("/until"),
            Self::Which => Fact::new(
                Kind::Invalid,
                "invalid-range",
                "须给出 from 和 until，或给出 shifts，二者选一",
                "name from and until, or shifts, but not both",
            )
            .at("/shifts"),
            Self::OtherKind(pointer) => Fact::new(
                Kind::Invalid,
                "other-plan-kind",
                "批量派单按任务提出，排班和修补按班次提出",
                "a dispatch is asked for by tasks, a roster and a repair by shifts",
            )
            .at(*pointer),
            Self::NoTask => Fact::new(
                Kind::Invalid,
                "task-unknown",
                "任务不存在、不待接单或不属于该组织",
                "a task is not there, not open or of another place",
            )
            .at("/tasks"),
            Self::NoShift => Fact::new(
                Kind::Invalid,
                "shift-unknown",
                "班次不存在、不可报名或不属于该组织",
                "a shift is not there, takes nobody or is of another place",
            )
            .at("/shifts"),
            Self::Nothing => Fact::new(
                Kind::Conflict,
                "nothing-to-plan",
                "范围内没有可排的班次或可派的任务",
                "there is no shift or task to plan",
            ),
            Self::TooLarge(pointer) => Fact::new(
                Kind::Invalid,
                "roster-plan-too-large",
                format!(
                    "一个方案最多 {MOST_SHIFTS} 个班次、{MOST_PLACES} 个岗位名额、{MOST_TASKS} 个任务、{MOST_VOLUNTEERS} 名志愿者，请缩小范围"
                ),
                format!(
                    "a plan has at most {MOST_SHIFTS} shifts, {MOST_PLACES} places, {MOST_TASKS} tasks and {MOST_VOLUNTEERS} volunteers"
                ),
            )
            .at(*pointer),
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "roster-plans-under-way",
                format!("该组织同时最多 {MOST_AT_ONCE} 个方案在求解"),
                format!("the organisation has {MOST_AT_ONCE} plans under way"),
            ),
            Self::State => Fact::new(
                Kind::Conflict,
                "step-not-possible",
                "当前状态不能进行此操作",
                "not possible in the present state",
            ),
            Self::OtherVersion => version_changed(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Asks for a plan; it is worked on afterwards, off the request.
pub(crate) async fn open_plan(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &OpenPlan,
) -> Result<Plan, PlanError> {
    if !runs(&ctx.principal, &command.org_path) || command.org_path.leaf().is_none() {
        return Err(PlanError::OutOfScope);
    }
    app.db
        .write("plan.open", |tx| async move {
            idempotency::once(&tx, key, Box::pin(open(app, ctx, command, &tx))).await
        })
        .await
}

async fn open(app: &App, ctx: &Ctx, command: &OpenPlan, tx: &Tx) -> Result<Plan, PlanError> {
    let place = &command.org_path;
    let scope = find_scope(tx, command, ctx.now).await?;
    let most = u64::try_from(MOST_VOLUNTEERS).unwrap_or(u64::MAX) + 1;
    let people = list_in::<kernel::VolunteerId>(tx, PlaceList::Certified, place, None, most);
    if people.await?.len() > MOST_VOLUNTEERS {
        return Err(PlanError::TooLarge("/org_path"));
    }
    if count_plans_at_work(tx, place).await? >= MOST_AT_ONCE {
        return Err(PlanError::TooMany);
    }
    let plan = Plan {
        id: app.ids.next(),
        org_path: place.clone(),
        asked_by: ctx.principal.account,
        state: PlanState::Queued,
        scope,
        progress: PlanProgress::default(),
        reason: None,
        attempts: 0,
        decided_by: None,
        version: Version::FIRST,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    insert_plan(tx, &plan).await?;
    let mut writes = Writes::default();
    show_at(&mut writes, PlaceList::RosterPlans, place, plan.id);
    writes.run(tx).await?;
    Ok(plan)
}

/// Lists the plans at or below a place, the newest first.
pub(crate) async fn list_plans(
    app: &App,
    ctx: &Ctx,
    place: &OrgPath,
    wanted: &PageWanted,
) -> Result<Paged<Plan>, PlanError> {
    if !runs(&ctx.principal, place) {
        return Err(PlanError::OutOfScope);
    }
    let db = app.db.reader();
    let list = (PLANS, PlaceList::RosterPlans);
    let (ids, next) = wanted.ids_at::<_, PlanError>(db, list, place).await?;
    Ok((load_plans(db, &ids).await?, next))
}

/// Shows a plan, and what it says as soon as it says something.
pub(crate) async fn show_plan(
    app: &App,
    ctx: &Ctx,
    id: RosterPlanId,
) -> Result<(Plan, Option<PlanResult>), PlanError> {
    let db = app.db.reader();
    let plan = find_plan(db, id).await?.ok_or(PlanError::NotFound)?;
    if !runs(&ctx.principal, &plan.org_path) {
        return Err(PlanError::NotFound);
    }
    let found = find_plan_result(db, id).await?;
    Ok((plan, found))
}

/// Holds a plan of the caller's place.
pub(super) async fn hold_own(ctx: &Ctx, id: RosterPlanId, tx: &Tx) -> Result<Plan, PlanError> {
    let plan = hold_plan(tx, id).await?;
    plan.filter(|plan| runs(&ctx.principal, &plan.org_path))
        .ok_or(PlanError::NotFound)
}

/// Cancels a plan that nobody has accepted, whether it is worked on or not; again is fine.
pub(crate) async fn cancel_plan(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    id: RosterPlanId,
) -> Result<Plan, PlanError> {
    app.db
        .write("plan.cancel", |tx| async move {
            let effect = async {
                let mut plan = hold_own(ctx, id, &tx).await?;
                if plan.state == PlanState::Cancelled {
                    return Ok(plan);
                }
                if ctx.if_match.is_some_and(|seen| seen != plan.version) {
                    return Err(PlanError::OtherVersion);
                }
                if matches!(plan.state, PlanState::Accepted | PlanState::Failed) {
                    return Err(PlanError::State);
                }
                let seen = plan.version;
                plan.enter(PlanState::Cancelled, ctx.now);
                plan.decided_by = Some(ctx.principal.account);
                save_plan(&tx, &plan, seen).await?;
                Ok(plan)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}
