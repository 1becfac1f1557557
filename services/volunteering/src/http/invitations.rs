use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{AccountId, TaskId, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{self, App, InviteToTask, PageWanted};
use crate::domain::invitation::{Invitation, InvitationOrigin, InvitationState};

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteToTaskBody {
    /// 志愿者账号 (the account of a certified volunteer).
    account_id: AccountId,
}

/// Which page of invitations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TaskInvitationQuery {
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// An invitation to take a task (邀请接单).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskInvitationView {
    /// 任务 (the task).
    task_id: TaskId,
    /// 志愿者账号 (who is invited).
    account_id: AccountId,
    /// 状态 (what became of it).
    state: InvitationState,
    /// 来源 (why they are asked).
    origin: InvitationOrigin,
    /// 多岗位任务的岗位序号 (the position of a group task that it is about, else the task itself).
    task_position: Option<u32>,
    /// 答复期限 (to be answered until).
    until: Timestamp,
    /// 邀请时间 (first invited at).
    created_at: Timestamp,
    /// 最近变动时间 (last changed at).
    updated_at: Timestamp,
}

impl From<Invitation> for TaskInvitationView {
    fn from(invitation: Invitation) -> Self {
        Self {
            task_id: invitation.task,
            account_id: invitation.account,
            state: invitation.state,
            origin: invitation.origin,
            task_position: invitation.position,
            until: invitation.until,
            created_at: invitation.created_at,
            updated_at: invitation.updated_at,
        }
    }
}

fn page((found, next): (Vec<Invitation>, Option<String>)) -> HttpResponse {
    let items = found.into_iter().map(TaskInvitationView::from).collect();
    http::ok(&Page { items, next })
}

/// 邀请接单 / invites one candidate to take a task
///
/// They accept by claiming it, say no, or let it lapse. The task stays open to all meanwhile. Inviting again while an
/// invitation stands changes nothing.
#[utoipa::path(
    operation_id = "invite_to_task",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    request_body = InviteToTaskBody,
    responses(
        (status = 200, description = "已邀请 / invited", body = TaskInvitationView),
        (status = 409, description = "任务已被接单，或此人不符合条件、已谢绝 / taken, or this person may not or does not want to", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/tasks/{id}/invite")]
pub(crate) async fn invite_to_task(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
    body: Valid<InviteToTaskBody>,
) -> Result<HttpResponse, Failure> {
    let command = InviteToTask {
        task: id.0,
        account: body.0.account_id,
    };
    let key = ctx.idempotency(&command);
    let made = app::invite_to_task(&app, &ctx, key.as_ref(), &command).await?;
    Ok(http::ok(&TaskInvitationView::from(made)))
}

/// 任务的邀请 / lists who was invited to a task, by dispatchers or by its waiting list, and what became of it
#[utoipa::path(
    operation_id = "list_task_invitations",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    responses((status = 200, description = "邀请，最多 200 个 / the invitations, 200 at most", body = Page<TaskInvitationView>)),
)]
#[get("/tasks/{id}/invitations")]
pub(crate) async fn list_task_invitations(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
) -> Result<HttpResponse, Failure> {
    let found = app::list_task_invitations(&app, &ctx, id.0).await?;
    Ok(page((found, None)))
}

/// 谢绝邀请 / says no to a task that the caller is invited to
///
/// Where it was kept for the caller, the next of its waiting list is asked.
#[utoipa::path(
    operation_id = "refuse_task_invitation",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    responses(
        (status = 200, description = "已谢绝 / said no", body = TaskInvitationView),
        (status = 409, description = "已接单、逾期或任务已结束 / taken, lapsed or over", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/tasks/{id}/invitation/refuse")]
pub(crate) async fn refuse_task_invitation(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
) -> Result<HttpResponse, Failure> {
    let key = ctx.idempotency(&());
    let refused = app::refuse_invitation(&app, &ctx, key.as_ref(), id.0).await?;
    Ok(http::ok(&TaskInvitationView::from(refused)))
}

/// 我的邀请 / lists what the caller is or was invited to, the newest tasks first
#[utoipa::path(
    operation_id = "list_my_task_invitations",
    tag = "tasks",
    params(TaskInvitationQuery),
    responses((status = 200, description = "一页邀请 / a page of invitations", body = Page<TaskInvitationView>)),
)]
#[get("/me/task-invitations")]
pub(crate) async fn list_my_task_invitations(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<TaskInvitationQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = PageWanted {
        cursor: query.0.cursor,
        limit: query.0.limit.size(),
    };
    Ok(page(app::list_my_invitations(&app, &ctx, &wanted).await?))
}
