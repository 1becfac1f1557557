//! What is shown of plans of tasks.

use kernel::{AccountId, TaskId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::standing::{TaskReasonView, reasons};
use crate::domain::catalogue::Title;
use crate::domain::dispatch::{Asked, Chosen, Dispatch, DispatchObstacle, NotAsked, Unassigned};

/// A task that the plan would ask somebody for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DispatchChosenView {
    /// 任务 (the task).
    task_id: TaskId,
    /// 志愿者账号 (who).
    account_id: AccountId,
    /// 价格构成 (why this costs what it costs).
    costs: Vec<TaskReasonView>,
}

impl From<Chosen> for DispatchChosenView {
    fn from(chosen: Chosen) -> Self {
        Self {
            task_id: chosen.task,
            account_id: chosen.account,
            costs: reasons(chosen.costs),
        }
    }
}

/// What stands against how many.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DispatchReasonView {
    /// 原因 (the reason).
    code: DispatchObstacle,
    /// 说明 (in words).
    title: Title,
    /// 人数 (people).
    people: u32,
}

/// A task that nobody is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DispatchUnassignedView {
    /// 任务 (the task).
    task_id: TaskId,
    /// 条件符合而已派其他任务的人数 (volunteers who might take it, were they not asked for others).
    able: u32,
    /// 原因，人数多者在前 (what stands against whom, the most first).
    reasons: Vec<DispatchReasonView>,
}

impl From<Unassigned> for DispatchUnassignedView {
    fn from(unassigned: Unassigned) -> Self {
        let reason = |(code, people): (DispatchObstacle, u32)| DispatchReasonView {
            code,
            title: Title::of(code.says()),
            people,
        };
        Self {
            task_id: unassigned.task,
            able: unassigned.able,
            reasons: unassigned.reasons.into_iter().map(reason).collect(),
        }
    }
}

/// Somebody who was invited when the plan was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DispatchAskedView {
    /// 任务 (the task).
    task_id: TaskId,
    /// 志愿者账号 (who).
    account_id: AccountId,
    /// 答复截止 (to be answered until).
    until: Timestamp,
}

impl From<Asked> for DispatchAskedView {
    fn from(asked: Asked) -> Self {
        Self {
            task_id: asked.task,
            account_id: asked.account,
            until: asked.until,
        }
    }
}

/// Why somebody was not invited.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DispatchObstacleView {
    /// 原因 (the reason).
    code: DispatchObstacle,
    /// 说明 (in words).
    title: Title,
}

/// What no longer fitted when the plan was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DispatchNotAskedView {
    /// 任务 (the task).
    task_id: TaskId,
    /// 志愿者账号 (who).
    account_id: AccountId,
    /// 全部原因 (everything that stood against it).
    reasons: Vec<DispatchObstacleView>,
}

impl From<NotAsked> for DispatchNotAskedView {
    fn from(left: NotAsked) -> Self {
        let reason = |code: DispatchObstacle| DispatchObstacleView {
            code,
            title: Title::of(code.says()),
        };
        Self {
            task_id: left.task,
            account_id: left.account,
            reasons: left.reasons.into_iter().map(reason).collect(),
        }
    }
}

/// What a plan of tasks says, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DispatchResultView {
    /// 总价格 (price of it all).
    price: i64,
    /// 拟派人员 (who is asked for what).
    chosen: Vec<DispatchChosenView>,
    /// 无人可派的任务 (tasks that nobody is asked for).
    unassigned: Vec<DispatchUnassignedView>,
    /// 采纳后发出的邀请 (invitations made when it was accepted).
    asked: Vec<DispatchAskedView>,
    /// 采纳时不再适用的 (what no longer fitted then).
    not_asked: Vec<DispatchNotAskedView>,
}

impl From<Dispatch> for DispatchResultView {
    fn from(found: Dispatch) -> Self {
        Self {
            price: found.price,
            chosen: found.chosen.into_iter().map(Into::into).collect(),
            unassigned: found.unassigned.into_iter().map(Into::into).collect(),
            asked: found.asked.into_iter().map(Into::into).collect(),
            not_asked: found.not_asked.into_iter().map(Into::into).collect(),
        }
    }
}
