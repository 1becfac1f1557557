use std::collections::BTreeSet;

use actix_web::{HttpResponse, get, post, web};
use auth::{Ctx, Principal};
use chassis::http::{self, Limit, Page, PathId, ValidQuery};
use kernel::{OrderId, OrgCode, OrgPath, Role, TaskId, Text, Timestamp, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::maybe_body::MaybeBody;
use crate::app::{self, App, ListTasks, ReleaseTask, SeenTask, WhichTasks};
use crate::domain::task::TaskState;

/// Which tasks to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TaskQuery {
    /// 可接的或我接的 (open: those that I may take; mine: those that I have or did).
    #[serde(default)]
    #[param(inline, value_type = Option<WhichTasks>)]
    state: WhichTasks,
    /// 属于该工单 (of this order).
    order_id: Option<OrderId>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Why a task is given back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseTaskBody {
    /// 原因 (why).
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
    reason: Option<Text<1, 500>>,
}

/// A task (任务). Who has it is shown to nobody else.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskView {
    /// 编号 (its id).
    id: TaskId,
    /// 工单 (the order behind it).
    order_id: OrderId,
    /// 工单编号 (the order's human number).
    number: String,
    /// 轮次 (round of handling).
    round: u32,
    /// 地点 (where help is needed).
    org_code: OrgCode,
    /// 地点路径 (path of the place).
    org_path: OrgPath,
    /// 类别 (category).
    category: Option<String>,
    /// 可接单角色 (roles whose holders may take it).
    roles: Vec<Role>,
    /// 可接单的队伍类别 (kinds of teams whose members may take it)
    teams: Vec<String>,
    /// 状态 (state).
    state: TaskState,
    /// 由我承接 (the caller has it, or did it).
    mine: bool,
    /// 接单时间 (since when the caller has it).
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed_at: Option<Timestamp>,
    /// 为我保留至 (kept for the caller until).
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_until: Option<Timestamp>,
    /// 岗位，多岗位任务才有 (its positions, where it needs several people).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    positions: Vec<TaskPositionView>,
    /// 可进行的操作 (what the caller may do next).
    actions: Vec<TaskAction>,
    /// 版本 (its version).
    version: Version,
    /// 派单时间 (since when it waits).
    opened_at: Timestamp,
    /// 最近变动时间 (when it last changed).
    updated_at: Timestamp,
}

/// A position of a group task (岗位). Who fills it is shown to nobody else than dispatchers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskPositionView {
    /// 序号 (its number).
    number: u32,
    /// 岗位名称 (what people there do).
    name: String,
    /// 人数 (people needed).
    needed: u32,
    /// 空缺 (how many more it needs).
    free: u32,
    /// 另需技能 (skills beyond those of the category).
    skills: BTreeSet<String>,
    /// 由我在岗 (the caller fills it, or did).
    mine: bool,
}

/// What a caller may do with a task.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaskAction {
    /// 接单
    Claim,
    /// 退回
    Release,
    /// 认领岗位
    ClaimPosition,
    /// 退出岗位
    ReleasePosition,
}

/// What the caller may do with a task that somebody has.
fn actions_of_claimed(seen: &SeenTask, principal: &Principal) -> Vec<TaskAction> {
    let mut actions = Vec::new();
    if seen.task.is_of(principal.account) {
        actions.push(TaskAction::Release);
    }
    if seen.position.is_some() {
        actions.push(TaskAction::ReleasePosition);
    } else if seen.kept.is_some() || seen.task.has_room_for(principal) {
        actions.push(TaskAction::ClaimPosition);
    }
    actions
}

impl TaskView {
    fn new(seen: SeenTask, principal: &Principal) -> Self {
        let actions = match seen.task.state {
            TaskState::Claimed => actions_of_claimed(&seen, principal),
            TaskState::Open if seen.task.is_open_to(principal) => vec![TaskAction::Claim],
            _ => Vec::new(),
        };
        let SeenTask { task, position, .. } = seen;
        let mine = task.is_of(principal.account);
        let kept_until = task.kept_for(principal.account);
        Self {
            id: task.id,
            order_id: task.order_id,
            number: task.number,
            round: task.round,
            org_code: task.org_code,
            org_path: task.org_path,
            category: task.category,
            roles: task.audience.roles().to_vec(),
            teams: task.audience.teams().to_vec(),
            state: task.state,
            mine,
            claimed_at: task.claimed_at.filter(|_| mine),
            kept_until,
            positions: task
                .positions
                .into_iter()
                .map(|one| TaskPositionView {
                    mine: position == Some(one.number),
                    free: one.free(),
                    number: one.number,
                    name: one.name,
                    needed: one.needed,
                    skills: one.skills,
                })
                .collect(),
            actions,
            version: task.version,
            opened_at: task.opened_at,
            updated_at: task.updated_at,
        }
    }
}

pub(super) fn answer(seen: SeenTask, ctx: &Ctx) -> HttpResponse {
    http::ok_with_etag(seen.task.version, &TaskView::new(seen, &ctx.principal))
}

/// 任务列表 / lists tasks, the newest first
///
/// A page may be shorter than `limit` and still have a next one.
#[utoipa::path(
    operation_id = "list_tasks",
    tag = "tasks",
    params(TaskQuery),
    responses((status = 200, description = "一页任务 / a page of tasks", body = Page<TaskView>)),
)]
#[get("/tasks")]
pub(crate) async fn list_tasks(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<TaskQuery>,
) -> Result<HttpResponse, Failure> {
    let ValidQuery(TaskQuery {
        state,
        order_id,
        cursor,
        limit,
    }) = query;
    let wanted = ListTasks {
        which: state,
        order_id,
        cursor,
        limit: limit.size(),
    };
    let (tasks, next) = app::list_tasks(&app, &ctx, wanted).await?;
    let items = tasks
        .into_iter()
        .map(|task| TaskView::new(task, &ctx.principal))
        .collect();
    Ok(http::ok(&Page { items, next }))
}

/// 任务详情 / shows a task that is open to the caller, or that the caller has or takes part in
#[utoipa::path(
    operation_id = "show_task",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    responses((status = 200, description = "任务 / the task", body = TaskView)),
)]
#[get("/tasks/{id}")]
pub(crate) async fn show_task(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
) -> Result<HttpResponse, Failure> {
    let task = app::show_task(&app, &ctx, id.0).await?;
    Ok(answer(task, &ctx))
}

/// 接单 / takes a task
///
/// Of all who try, one wins, and leads where it has positions (多岗位); the others get 409 and do not learn who has it. While it is kept for somebody of its
/// waiting list, the others get 409 (`task-kept`) with the time until when. The winner may send the same request again
/// under the same `Idempotency-Key`.
#[utoipa::path(
    operation_id = "claim_task",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    responses(
        (status = 200, description = "已接单 / taken", body = TaskView),
        (status = 409, description = "已被接单、为候补人保留、已结束或不符合接单条件 / taken by someone, kept for somebody who waited, ended, or the rules are not met", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/tasks/{id}/claim")]
pub(crate) async fn claim_task(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
) -> Result<HttpResponse, Failure> {
    let key = ctx.idempotency(&());
    let task = app::claim_task(&app, &ctx, key.as_ref(), id.0).await?;
    Ok(answer(task.into(), &ctx))
}

/// 报告进展 / says that the caller is at it
///
/// Where the rules take tasks back after a silence, the time begins anew.
#[utoipa::path(
    operation_id = "report_task_progress",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    responses(
        (status = 200, description = "已报告 / reported", body = TaskView),
        (status = 409, description = "任务已结束 / ended", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/tasks/{id}/progress")]
pub(crate) async fn report_task_progress(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
) -> Result<HttpResponse, Failure> {
    let key = ctx.idempotency(&());
    let task = app::report_progress(&app, &ctx, key.as_ref(), id.0).await?;
    Ok(answer(task, &ctx))
}

/// 退回接单 / gives a task back
///
/// In a group the one who came first leads from now on. Else it is kept for those who wait for it, one after the other, and then open again to all it was open to. The body may
/// be left out.
#[utoipa::path(
    operation_id = "release_task",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    request_body = Option<ReleaseTaskBody>,
    responses(
        (status = 200, description = "已退回 / given back", body = TaskView),
        (status = 409, description = "未接单或已结束 / not taken, or ended", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/tasks/{id}/release")]
pub(crate) async fn release_task(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
    body: MaybeBody<ReleaseTaskBody>,
) -> Result<HttpResponse, Failure> {
    let command = ReleaseTask {
        id: id.0,
        reason: body.0.and_then(|body| body.reason),
    };
    let key = ctx.idempotency(&command);
    let task = app::release_task(&app, &ctx, key.as_ref(), &command).await?;
    Ok(answer(task.into(), &ctx))
}
