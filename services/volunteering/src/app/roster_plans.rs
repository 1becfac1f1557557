use std::time::Duration;

use auth::Ctx;
use kernel::{
    ActivityId, CursorError, IdSourceExt, OrgPath, RosterPlanId, ShiftId, Timestamp, Version,
};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::page::{PageWanted, Paged};
use super::volunteer_error::{out_of_scope, version_changed};
use crate::domain::activity::{Activity, ActivityState, Shift, ShiftState};
use crate::domain::roster::{
    MOST_AT_ONCE, MOST_DAYS, MOST_PLACES, MOST_SHIFTS, MOST_VOLUNTEERS, PlanProgress, PlanResult,
    PlanState, RosterPlan, Task,
};
use crate::domain::runner::runs;
use crate::store::{
    Locked, PlaceList, count_plans_at_work, find_plan, find_plan_result, hold_plan, insert_plan,
    list_in, list_shifts_within, load_activities, load_plans, load_shifts, save_plan, show_at,
};

/// Name of the list of plans in its cursors.
const PLANS: &str = "roster-plans";
/// Activities of a place that are looked at, the newest first.
const MOST_ACTIVITIES: u64 = 2_000;

/// Which shifts a plan is for (排班范围).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum WhichShifts {
    /// Those that begin from one time until another.
    Within(Timestamp, Timestamp),
    /// These.
    These(Vec<ShiftId>),
}

/// Asks for a plan.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenPlan {
    pub(crate) org_path: OrgPath,
    pub(crate) shifts: WhichShifts,
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
    #[error("a shift is not there, or not of the place")]
    NoShift,
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
                "没有这个排班方案",
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
                "范围内没有可排的班次",
                "there is no shift to plan",
            ),
            Self::TooLarge(pointer) => Fact::new(
                Kind::Invalid,
                "roster-plan-too-large",
                format!(
                    "一个方案最多 {MOST_SHIFTS} 个班次、{MOST_PLACES} 个岗位名额、{MOST_VOLUNTEERS} 名志愿者，请缩小范围"
                ),
                format!(
                    "a plan has at most {MOST_SHIFTS} shifts, {MOST_PLACES} places and {MOST_VOLUNTEERS} volunteers"
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

/// Lists the activities of a place that recruit; what is over is archived sooner or later and looked at no more.
async fn recruiting(
    db: &impl ConnectionTrait,
    place: &OrgPath,
) -> Result<Vec<Activity>, StoreError> {
    let ids: Vec<ActivityId> =
        list_in(db, PlaceList::Activities, place, None, MOST_ACTIVITIES).await?;
    let mut found = Vec::new();
    for chunk in ids.chunks(store::CHUNK) {
        found.extend(load_activities(db, chunk).await?);
    }
    found.retain(|activity| activity.state == ActivityState::Recruiting);
    Ok(found)
}

/// Finds the shifts that a plan is for, the earliest first.
async fn find_shifts(
    db: &impl ConnectionTrait,
    command: &OpenPlan,
    now: Timestamp,
) -> Result<Vec<Shift>, PlanError> {
    let most = Duration::from_hours(24 * MOST_DAYS);
    let open = |shift: &Shift| shift.state == ShiftState::Open && shift.begins_at > now;
    let shifts = match &command.shifts {
        WhichShifts::Within(from, until) => {
            if until <= from || until.duration_since(*from) > most {
                return Err(PlanError::Span);
            }
            let recruiting = recruiting(db, &command.org_path).await?;
            let ids: Vec<ActivityId> = recruiting.iter().map(|activity| activity.id).collect();
            let limit = u64::try_from(MOST_SHIFTS).unwrap_or(u64::MAX) + 1;
            let span = (*(from.max(&now)), *until);
            let mut found = list_shifts_within(db, &ids, span, limit).await?;
            found.retain(open);
            found
        }
        WhichShifts::These(ids) => {
            let found = load_shifts(db, ids, Locked::No).await?;
            let of: Vec<ActivityId> = found.iter().map(|shift| shift.activity).collect();
            let activities = load_activities(db, &of).await?;
            let known = |shift: &Shift| {
                let mut activities = activities.iter();
                open(shift)
                    && activities.any(|activity| {
                        activity.id == shift.activity
                            && activity.state == ActivityState::Recruiting
                            && command.org_path.contains(&activity.org_path)
                    })
            };
            if found.len() != ids.len() || !found.iter().all(known) {
                return Err(PlanError::NoShift);
            }
            found
        }
    };
    let (Some(first), Some(last)) = (shifts.first(), shifts.last()) else {
        return Err(PlanError::Nothing);
    };
    if last.begins_at.duration_since(first.begins_at) > most {
        return Err(PlanError::Span);
    }
    let positions = shifts.iter().flat_map(|shift| &shift.positions);
    let places = positions.fold(0_u32, |sum, position| sum.saturating_add(position.needed));
    if shifts.len() > MOST_SHIFTS || places > MOST_PLACES {
        return Err(PlanError::TooLarge("/shifts"));
    }
    Ok(shifts)
}

/// Asks for a plan; it is worked on afterwards, off the request.
pub(crate) async fn open_plan(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &OpenPlan,
) -> Result<RosterPlan, PlanError> {
    if !runs(&ctx.principal, &command.org_path) || command.org_path.leaf().is_none() {
        return Err(PlanError::OutOfScope);
    }
    app.db
        .write("roster_plan.open", |tx| async move {
            idempotency::once(&tx, key, Box::pin(open(app, ctx, command, &tx))).await
        })
        .await
}

async fn open(app: &App, ctx: &Ctx, command: &OpenPlan, tx: &Tx) -> Result<RosterPlan, PlanError> {
    let place = &command.org_path;
    let shifts = find_shifts(tx, command, ctx.now).await?;
    let most = u64::try_from(MOST_VOLUNTEERS).unwrap_or(u64::MAX) + 1;
    let people = list_in::<kernel::VolunteerId>(tx, PlaceList::Certified, place, None, most);
    if people.await?.len() > MOST_VOLUNTEERS {
        return Err(PlanError::TooLarge("/org_path"));
    }
    if count_plans_at_work(tx, place).await? >= MOST_AT_ONCE {
        return Err(PlanError::TooMany);
    }
    let plan = RosterPlan {
        id: app.ids.next(),
        org_path: place.clone(),
        asked_by: ctx.principal.account,
        state: PlanState::Queued,
        task: Task {
            shifts: shifts.iter().map(|shift| shift.id).collect(),
            seed: command.seed,
            iterations: command.iterations,
        },
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
) -> Result<Paged<RosterPlan>, PlanError> {
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
) -> Result<(RosterPlan, Option<PlanResult>), PlanError> {
    let db = app.db.reader();
    let plan = find_plan(db, id).await?.ok_or(PlanError::NotFound)?;
    if !runs(&ctx.principal, &plan.org_path) {
        return Err(PlanError::NotFound);
    }
    let found = find_plan_result(db, id).await?;
    Ok((plan, found))
}

/// Holds a plan of the caller's place.
pub(super) async fn hold_own(
    ctx: &Ctx,
    id: RosterPlanId,
    tx: &Tx,
) -> Result<RosterPlan, PlanError> {
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
) -> Result<RosterPlan, PlanError> {
    app.db
        .write("roster_plan.cancel", |tx| async move {
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
