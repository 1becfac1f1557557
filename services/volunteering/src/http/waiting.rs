use std::num::NonZeroU32;

use actix_web::{HttpResponse, delete, get, post, web};
use auth::Ctx;
use chassis::http::{self, Page, PathId, ValidQuery};
use kernel::{AccountId, TaskId, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{self, App, InLine};
use crate::domain::waiting::LEADING;

/// Somebody on the waiting list of a task (候补).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskWaitingView {
    /// 任务 (the task).
    task_id: TaskId,
    /// 候补人账号 (who waits).
    account_id: AccountId,
    /// 候补的岗位序号 (the position that they wait for; none for leading the task).
    task_position: Option<u32>,
    /// 次序，从 1 起 (place on the list, from 1).
    position: usize,
    /// 加入时间 (since when).
    joined_at: Timestamp,
}

impl From<InLine> for TaskWaitingView {
    fn from(place: InLine) -> Self {
        Self {
            task_id: place.waiting.task,
            account_id: place.waiting.account,
            task_position: Some(place.waiting.position).filter(|position| *position != LEADING),
            position: place.position,
            joined_at: place.waiting.joined_at,
        }
    }
}

/// Which list of a task.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TaskWaitingQuery {
    /// 多岗位任务的岗位序号，不填为任务本身 (a position of a group task; the task itself where there is none).
    #[param(value_type = Option<u32>, minimum = 1, maximum = 20)]
    task_position: Option<NonZeroU32>,
}

impl TaskWaitingQuery {
    fn position(&self) -> u32 {
        self.task_position.map_or(LEADING, NonZeroU32::get)
    }
}

/// 加入候补 / puts the caller on the waiting list of a task that somebody else has
///
/// Whoever waits meets the rules of taking it. When the task is given back, the first of the list who still meets them
/// is asked and has it kept for them for a while; then the next, then all. With `task_position` they wait for a place in
/// a position that is full. Again changes nothing.
#[utoipa::path(
    operation_id = "join_task_waiting",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id"), TaskWaitingQuery),
    responses(
        (status = 200, description = "已候补 / on the list", body = TaskWaitingView),
        (status = 409, description = "可直接接单、已承接、已结束、名单已满或不符合接单条件 / can be taken, is the caller's, ended, the list is full, or the rules are not met", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/tasks/{id}/waiting")]
pub(crate) async fn join_task_waiting(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
    query: ValidQuery<TaskWaitingQuery>,
) -> Result<HttpResponse, Failure> {
    let position = query.0.position();
    let key = ctx.idempotency(&position);
    let place = app::join_waiting(&app, &ctx, key.as_ref(), (id.0, position)).await?;
    Ok(http::ok(&TaskWaitingView::from(place)))
}

/// 退出候补 / takes the caller off the waiting list of a task, or of a position of it
///
/// Whoever is asked right now says no by it. Again is fine.
#[utoipa::path(
    operation_id = "leave_task_waiting",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    responses((status = 204, description = "不在候补名单上 / on the list no longer")),
)]
#[delete("/tasks/{id}/waiting")]
pub(crate) async fn leave_task_waiting(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
) -> Result<HttpResponse, Failure> {
    app::leave_waiting(&app, &ctx, id.0).await?;
    Ok(http::no_content())
}

/// 候补名单 / lists who waits for a task, the first first
///
/// For dispatchers of its place. Who is asked right now stands among the invitations.
#[utoipa::path(
    operation_id = "list_task_waiting",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id"), TaskWaitingQuery),
    responses((status = 200, description = "候补名单，最多 50 人 / the list, 50 people at most", body = Page<TaskWaitingView>)),
)]
#[get("/tasks/{id}/waiting")]
pub(crate) async fn list_task_waiting(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
    query: ValidQuery<TaskWaitingQuery>,
) -> Result<HttpResponse, Failure> {
    let which = (id.0, query.0.position());
    let line = app::list_waiting_for(&app, &ctx, which).await?;
    let items = line.into_iter().map(TaskWaitingView::from).collect();
    Ok(http::ok(&Page { items, next: None }))
}
