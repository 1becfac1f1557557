//! What is asked of plans, and shown of them.

use kernel::{
    AccountId, ActivityId, OrgPath, RosterPlanId, ShiftId, SignUpId, TaskId, Timestamp, Version,
};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::plan_dispatch_views::DispatchResultView;
use crate::app::{OpenPlan, PlanError, PlanSubject, WhichShifts};
use crate::domain::catalogue::Title;
use crate::domain::dispatch::MOST_TASKS;
use crate::domain::plan::{ITERATIONS, MOST_ITERATIONS, Plan, PlanKind, PlanResult, PlanState};
use crate::domain::roster::{
    Assignment, Cost, Fate, LeftOut, MOST_SHIFTS, Placed, Replaced, Roster, Unfilled,
};
use crate::domain::sign_up::{Obstacle, SignUpState};

/// Reads ids, each of which counts once.
fn some<'de, I: Deserialize<'de> + Ord, D: Deserializer<'de>>(
    deserializer: D,
    most: usize,
) -> Result<Option<Vec<I>>, D::Error> {
    let Some(mut list) = Option::<Vec<I>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    list.sort_unstable();
    list.dedup();
    if (1..=most).contains(&list.len()) {
        return Ok(Some(list));
    }
    Err(de::Error::custom(format!(
        "须为 1 到 {most} 个 (must be 1 to {most})"
    )))
}

fn shifts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<ShiftId>>, D::Error> {
    some(deserializer, MOST_SHIFTS)
}

fn tasks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<TaskId>>, D::Error> {
    some(deserializer, MOST_TASKS)
}

fn effort<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let iterations = u64::deserialize(deserializer)?;
    if (1..=MOST_ITERATIONS).contains(&iterations) {
        return Ok(iterations);
    }
    Err(de::Error::custom(
        "须在 1 到 20000000 之间 (must be 1 to 20000000)",
    ))
}

const fn usual() -> u64 {
    ITERATIONS
}

const fn first() -> u32 {
    1
}

const fn roster() -> PlanKind {
    PlanKind::Roster
}

/// Asks for a plan: of shifts for a period or for some that are named, of tasks for some or all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenPlanBody {
    /// 方案类型 (what it is for).
    #[serde(default = "roster")]
    #[schema(default = "roster")]
    kind: PlanKind,
    /// 该组织及以下的班次或任务，和志愿者 (shifts or tasks, and volunteers, of this place and all below).
    org_path: OrgPath,
    /// 班次开始不早于 (shifts that begin at this time or later).
    from: Option<Timestamp>,
    /// 班次开始早于 (shifts that begin before).
    until: Option<Timestamp>,
    /// 指定班次 (these shifts).
    #[serde(default, deserialize_with = "shifts")]
    #[schema(min_items = 1, max_items = 200)]
    shifts: Option<Vec<ShiftId>>,
    /// 指定任务，批量派单时可用；不填为该组织全部待接单任务 (these tasks, of a dispatch; else all that are open).
    #[serde(default, deserialize_with = "tasks")]
    #[schema(min_items = 1, max_items = 500)]
    tasks: Option<Vec<TaskId>>,
    /// 随机种子：同样的情况、种子和步数得到同样的方案 (the same seed plans the same).
    #[serde(default = "first")]
    #[schema(default = 1)]
    seed: u32,
    /// 搜索步数 (steps of the search).
    #[serde(default = "usual", deserialize_with = "effort")]
    #[schema(value_type = u64, minimum = 1, maximum = 20_000_000, default = 500_000)]
    iterations: u64,
}

impl TryFrom<OpenPlanBody> for OpenPlan {
    type Error = PlanError;

    fn try_from(body: OpenPlanBody) -> Result<Self, PlanError> {
        let range = (body.from, body.until, body.shifts);
        let subject = match (body.kind, body.tasks) {
            (PlanKind::Dispatch, tasks) => {
                if range != (None, None, None) {
                    return Err(PlanError::OtherKind("/kind"));
                }
                PlanSubject::Dispatch(tasks)
            }
            (_, Some(_)) => return Err(PlanError::OtherKind("/tasks")),
            (kind, None) => {
                let which = match range {
                    (Some(from), Some(until), None) => WhichShifts::Within(from, until),
                    (None, None, Some(shifts)) => WhichShifts::These(shifts),
                    _ => return Err(PlanError::Which),
                };
                match kind {
                    PlanKind::Repair => PlanSubject::Repair(which),
                    _ => PlanSubject::Roster(which),
                }
            }
        };
        Ok(Self {
            org_path: body.org_path,
            subject,
            seed: u64::from(body.seed),
            iterations: body.iterations,
        })
    }
}

/// A plan (方案).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanView {
    /// 编号 (its id).
    id: RosterPlanId,
    /// 方案类型 (what it is for).
    kind: PlanKind,
    /// 组织 (the place).
    org_path: OrgPath,
    /// 状态 (state).
    state: PlanState,
    /// 班次数 (shifts that it is for).
    shifts: usize,
    /// 任务数 (tasks that it is for).
    tasks: usize,
    /// 随机种子 (seed).
    seed: u64,
    /// 搜索步数 (steps of the search).
    iterations: u64,
    /// 已完成步数 (steps done).
    done: u64,
    /// 当前最好方案的价格 (price of the best so far).
    incumbent: Option<i64>,
    /// 已证明的下界 (no plan is cheaper, where that is known).
    bound: Option<i64>,
    /// 失败原因 (why it failed): `too_many_volunteers`, `nothing_to_plan`, `model_refused` or `broke_off`.
    reason: Option<String>,
    /// 提出人 (who asked for it).
    asked_by: AccountId,
    /// 采纳或取消人 (who accepted or cancelled it).
    decided_by: Option<AccountId>,
    /// 提出时间 (asked for at).
    created_at: Timestamp,
    /// 最近变动时间 (last changed at).
    updated_at: Timestamp,
    /// 版本 (its version).
    version: Version,
}

impl From<Plan> for PlanView {
    fn from(plan: Plan) -> Self {
        Self {
            id: plan.id,
            kind: plan.scope.kind,
            org_path: plan.org_path,
            state: plan.state,
            shifts: plan.scope.shifts.len(),
            tasks: plan.scope.tasks.len(),
            seed: plan.scope.seed,
            iterations: plan.scope.iterations,
            done: plan.progress.iteration,
            incumbent: plan.progress.incumbent,
            bound: plan.progress.bound,
            reason: plan.reason,
            asked_by: plan.asked_by,
            decided_by: plan.decided_by,
            created_at: plan.created_at,
            updated_at: plan.updated_at,
            version: plan.version,
        }
    }
}

/// A part of what a place costs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RosterCostView {
    /// 计价项 (what for).
    code: Cost,
    /// 说明 (in words).
    title: Title,
    /// 价格 (price).
    price: i64,
}

/// A place that the plan gives to somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RosterAssignmentView {
    /// 班次 (the shift).
    shift_id: ShiftId,
    /// 活动 (the activity).
    activity_id: ActivityId,
    /// 岗位序号 (number of the position).
    position: u32,
    /// 志愿者账号 (who).
    account_id: AccountId,
    /// 价格构成 (why this costs what it costs).
    costs: Vec<RosterCostView>,
}

impl From<Assignment> for RosterAssignmentView {
    fn from(assignment: Assignment) -> Self {
        let cost = |(code, price): (Cost, i64)| RosterCostView {
            code,
            title: Title::of(code.says()),
            price,
        };
        Self {
            shift_id: assignment.shift,
            activity_id: assignment.activity,
            position: assignment.position,
            account_id: assignment.account,
            costs: assignment.costs.into_iter().map(cost).collect(),
        }
    }
}

/// What stands against how many.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RosterReasonView {
    /// 原因 (the reason).
    code: Obstacle,
    /// 说明 (in words).
    title: Title,
    /// 人数 (people).
    people: u32,
}

/// Places that nobody can take.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RosterUnfilledView {
    /// 班次 (the shift).
    shift_id: ShiftId,
    /// 岗位序号 (number of the position).
    position: u32,
    /// 空缺名额 (places that stay empty).
    places: u32,
    /// 条件符合而时间不便的人数 (volunteers who might serve there if they had time).
    able: u32,
    /// 原因，人数多者在前 (what stands against whom, the most first).
    reasons: Vec<RosterReasonView>,
}

impl From<Unfilled> for RosterUnfilledView {
    fn from(unfilled: Unfilled) -> Self {
        let reason = |(code, people): (Obstacle, u32)| RosterReasonView {
            code,
            title: Title::of(code.says()),
            people,
        };
        Self {
            shift_id: unfilled.shift,
            position: unfilled.position,
            places: unfilled.places,
            able: unfilled.able,
            reasons: unfilled.reasons.into_iter().map(reason).collect(),
        }
    }
}

/// A place that was given when the plan was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RosterPlacedView {
    /// 报名 (the sign-up).
    sign_up_id: SignUpId,
    /// 班次 (the shift).
    shift_id: ShiftId,
    /// 岗位序号 (number of the position).
    position: u32,
    /// 志愿者账号 (who).
    account_id: AccountId,
    /// 采纳时的状态 (its state then).
    state: SignUpState,
}

impl From<Placed> for RosterPlacedView {
    fn from(placed: Placed) -> Self {
        Self {
            sign_up_id: placed.sign_up,
            shift_id: placed.shift,
            position: placed.position,
            account_id: placed.account,
            state: placed.state,
        }
    }
}

/// What no longer fitted when the plan was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RosterLeftOutView {
    /// 班次 (the shift).
    shift_id: ShiftId,
    /// 岗位序号 (number of the position).
    position: u32,
    /// 志愿者账号 (who).
    account_id: AccountId,
    /// 原因 (the reason).
    code: Obstacle,
    /// 说明 (in words).
    title: Title,
}

impl From<LeftOut> for RosterLeftOutView {
    fn from(left: LeftOut) -> Self {
        Self {
            shift_id: left.shift,
            position: left.position,
            account_id: left.account,
            code: left.reason,
            title: Title::of(left.reason.says()),
        }
    }
}

/// An offer without an answer that a repair takes back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RosterReplacedView {
    /// 报名 (the sign-up).
    sign_up_id: SignUpId,
    /// 班次 (the shift).
    shift_id: ShiftId,
    /// 岗位序号 (number of the position).
    position: u32,
    /// 志愿者账号 (whose it is).
    account_id: AccountId,
    /// 变动价格 (price of the change).
    price: i64,
    /// 采纳时的处理结果 (what became of it when the plan was accepted).
    fate: Option<Fate>,
}

impl From<Replaced> for RosterReplacedView {
    fn from(replaced: Replaced) -> Self {
        Self {
            sign_up_id: replaced.sign_up,
            shift_id: replaced.shift,
            position: replaced.position,
            account_id: replaced.account,
            price: replaced.price,
            fate: replaced.fate,
        }
    }
}

/// What a plan of shifts says, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RosterResultView {
    /// 总价格 (price of it all).
    price: i64,
    /// 拟排人员 (who does what).
    assignments: Vec<RosterAssignmentView>,
    /// 修补时保持不变的未答复邀约 (offers without an answer that a repair leaves as they are).
    kept: Vec<RosterAssignmentView>,
    /// 修补时收回的未答复邀约 (offers without an answer that a repair takes back).
    replaced: Vec<RosterReplacedView>,
    /// 未排满的岗位 (places that nobody can take).
    unfilled: Vec<RosterUnfilledView>,
    /// 采纳后生成的报名 (places given when it was accepted).
    placed: Vec<RosterPlacedView>,
    /// 采纳时不再适用的 (what no longer fitted then).
    left_out: Vec<RosterLeftOutView>,
}

impl From<Roster> for RosterResultView {
    fn from(found: Roster) -> Self {
        Self {
            price: found.price,
            assignments: found.assignments.into_iter().map(Into::into).collect(),
            kept: found.kept.into_iter().map(Into::into).collect(),
            replaced: found.replaced.into_iter().map(Into::into).collect(),
            unfilled: found.unfilled.into_iter().map(Into::into).collect(),
            placed: found.placed.into_iter().map(Into::into).collect(),
            left_out: found.left_out.into_iter().map(Into::into).collect(),
        }
    }
}

/// A plan with what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanDetailView {
    /// 方案 (the plan).
    #[serde(flatten)]
    plan: PlanView,
    /// 排班或修补的结果，求解完成后才有 (what a roster or a repair says, as soon as it says something).
    result: Option<RosterResultView>,
    /// 批量派单的结果，求解完成后才有 (what a dispatch says, as soon as it says something).
    dispatch: Option<DispatchResultView>,
}

impl PlanDetailView {
    /// Shows a plan with what it says.
    pub(super) fn new(plan: Plan, found: Option<PlanResult>) -> Self {
        let (result, dispatch) = match found {
            Some(PlanResult::Roster(found)) => (Some(found.into()), None),
            Some(PlanResult::Dispatch(found)) => (None, Some(found.into())),
            None => (None, None),
        };
        Self {
            plan: plan.into(),
            result,
            dispatch,
        }
    }
}
