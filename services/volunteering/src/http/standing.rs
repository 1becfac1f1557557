use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, PathId};
use kernel::{AccountId, TaskId, Timestamp, VolunteerId};
use problem::{Failure, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{self, App, Candidates, Standing};
use crate::domain::catalogue::Title;
use crate::domain::invitation::InvitationState;
use crate::domain::standing::{Reason, Requirement};

/// What speaks for or against somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskReasonView {
    /// 理由 (the reason).
    code: Reason,
    /// 说明 (in words).
    title: Title,
    /// 价格，越低越靠前 (its price; the cheapest comes first).
    price: i64,
}

/// Shows what speaks for and against somebody, in words.
pub(super) fn reasons(found: Vec<(Reason, i64)>) -> Vec<TaskReasonView> {
    let view = |(code, price): (Reason, i64)| TaskReasonView {
        code,
        title: Title::of(code.says()),
        price,
    };
    found.into_iter().map(view).collect()
}

/// Somebody who might take the task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskCandidateView {
    /// 志愿者账号 (the account).
    account_id: AccountId,
    /// 志愿者 (the volunteer).
    volunteer_id: VolunteerId,
    /// 总价格 (price of it all).
    price: i64,
    /// 为何靠前或靠后 (what speaks for and against).
    reasons: Vec<TaskReasonView>,
    /// 邀请状态 (what became of an invitation, if there is one).
    invitation: Option<InvitationState>,
}

/// How many were left out for what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskLeftOutView {
    /// 未满足的条件 (the rule that is not met).
    code: Requirement,
    /// 说明 (in words).
    title: Title,
    /// 人数 (people).
    people: u32,
}

/// Who might take a task (候选人), the best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskCandidatesView {
    /// 候选人，最多 20 名 (the best 20).
    items: Vec<TaskCandidateView>,
    /// 参与比较的志愿者人数 (volunteers who were weighed).
    weighed: usize,
    /// 不符合条件的人数 (how many were left out for what).
    left_out: Vec<TaskLeftOutView>,
}

impl From<Candidates> for TaskCandidatesView {
    fn from(found: Candidates) -> Self {
        let items = found.items.into_iter().map(|candidate| TaskCandidateView {
            account_id: candidate.account,
            volunteer_id: candidate.volunteer,
            price: candidate.price,
            reasons: reasons(candidate.reasons),
            invitation: candidate.invitation,
        });
        let left_out = found
            .left_out
            .into_iter()
            .map(|(code, people)| TaskLeftOutView {
                code,
                title: Title::of(code.says()),
                people,
            });
        Self {
            items: items.collect(),
            weighed: found.weighed,
            left_out: left_out.collect(),
        }
    }
}

/// A rule of taking tasks, and whether the caller meets it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskRuleView {
    /// 条件 (the rule).
    code: Requirement,
    /// 说明 (in words).
    title: Title,
    /// 是否满足 (whether it is met).
    met: bool,
}

/// Why the caller may take a task, or why not (我能不能接).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskStandingView {
    /// 现在可以接单 (may be claimed now).
    may_claim: bool,
    /// 各项条件 (every rule).
    rules: Vec<TaskRuleView>,
    /// 排序理由，已注册志愿者才有 (what speaks for and against; of registered volunteers).
    reasons: Vec<TaskReasonView>,
    /// 邀请状态 (what became of an invitation, if there is one).
    invitation: Option<InvitationState>,
    /// 为候补人保留至 (until when it is kept for somebody of its waiting list).
    kept_until: Option<Timestamp>,
    /// 我的候补次序 (the caller's place on its waiting list).
    waiting_position: Option<usize>,
    /// 可以候补 (the caller may wait for it).
    may_wait: bool,
}

impl From<Standing> for TaskStandingView {
    fn from(standing: Standing) -> Self {
        let rule = |(code, met): (Requirement, bool)| TaskRuleView {
            code,
            title: Title::of(code.says()),
            met,
        };
        Self {
            may_claim: standing.rules.iter().all(|(_, met)| *met),
            rules: standing.rules.into_iter().map(rule).collect(),
            reasons: reasons(standing.reasons),
            invitation: standing.invitation,
            kept_until: standing.kept_until,
            waiting_position: standing.position,
            may_wait: standing.may_wait,
        }
    }
}

/// 候选人 / ranks those who might take a task
///
/// For dispatchers of its place: certified volunteers of the place, and of its community and street while they are few.
/// Whoever does not meet the rules, asked for the help or keeps out of it is left out and counted. No names: accounts
/// only. Whether somebody holds a role that the task is meant for is decided when they claim it.
#[utoipa::path(
    operation_id = "list_task_candidates",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    responses(
        (status = 200, description = "候选人 / the candidates", body = TaskCandidatesView),
        (status = 409, description = "已被接单、为候补人保留或已结束 / taken by someone, kept for somebody who waited, or ended", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[get("/tasks/{id}/candidates")]
pub(crate) async fn list_task_candidates(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
) -> Result<HttpResponse, Failure> {
    let found = app::rank_candidates(&app, &ctx, id.0).await?;
    Ok(http::ok(&TaskCandidatesView::from(found)))
}

/// 我能不能接 / tells the caller why they may take a task, or why not
#[utoipa::path(
    operation_id = "show_task_standing",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    responses((status = 200, description = "各项条件和理由 / rules and reasons", body = TaskStandingView)),
)]
#[get("/tasks/{id}/standing")]
pub(crate) async fn show_task_standing(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
) -> Result<HttpResponse, Failure> {
    let standing = app::show_standing(&app, &ctx, id.0).await?;
    Ok(http::ok(&TaskStandingView::from(standing)))
}
