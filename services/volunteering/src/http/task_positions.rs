use std::collections::BTreeSet;

use actix_web::{HttpResponse, get, post, put, web};
use auth::Ctx;
use chassis::http::{self, PathId, Valid};
use kernel::{AccountId, Line, TaskId, Timestamp, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::activity_bodies::within;
use super::tasks::{TaskView, answer};
use super::volunteer_bodies::few;
use crate::app::{self, App, DescribedPosition, SetPositions};
use crate::domain::group::{MOST_NEEDED, MOST_POSITIONS, TaskPlace, TaskPosition};
use crate::domain::task::Task;

fn some_people<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, 1, MOST_NEEDED)
}

fn distinct<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    Ok(few::<D, String>(deserializer)?.into_iter().collect())
}

fn some_positions<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<TaskPositionBody>, D::Error> {
    let positions = few::<D, TaskPositionBody>(deserializer)?;
    if (1..=MOST_POSITIONS).contains(&positions.len()) {
        return Ok(positions);
    }
    Err(de::Error::custom("须有 1 至 20 项 (must hold 1 to 20)"))
}

/// Something that a task needs people for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskPositionBody {
    /// 岗位名称 (what people there do).
    name: Line<1, 40>,
    /// 人数 (people needed).
    #[serde(deserialize_with = "some_people")]
    #[schema(minimum = 1, maximum = 50)]
    needed: u32,
    /// 另需技能，见规则 (skills beyond those of the category).
    #[serde(default, deserialize_with = "distinct")]
    #[schema(max_items = 50)]
    skills: BTreeSet<String>,
}

/// The positions of a group task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetTaskPositionsBody {
    /// 岗位 (the positions, numbered from 1).
    #[serde(deserialize_with = "some_positions")]
    #[schema(min_items = 1, max_items = 20)]
    positions: Vec<TaskPositionBody>,
}

/// Somebody who fills a position.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskMemberView {
    /// 账号 (the account).
    account_id: AccountId,
    /// 上岗时间 (since when).
    since: Timestamp,
}

/// A position and who fills it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilledTaskPositionView {
    /// 序号 (its number).
    number: u32,
    /// 岗位名称 (what people there do).
    name: String,
    /// 人数 (people needed).
    needed: u32,
    /// 另需技能 (skills beyond those of the category).
    skills: BTreeSet<String>,
    /// 在岗人员 (who fills it, the first first).
    members: Vec<TaskMemberView>,
}

/// A group task as dispatchers of its place see it (多岗位任务).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskPositionsView {
    /// 任务 (the task).
    task_id: TaskId,
    /// 负责人 (who leads it).
    lead: Option<AccountId>,
    /// 岗位 (its positions; none where one person does it).
    positions: Vec<FilledTaskPositionView>,
    /// 版本 (version of the task).
    version: Version,
}

impl TaskPositionsView {
    fn new(task: Task, places: &[TaskPlace]) -> Self {
        let position = |position: TaskPosition| FilledTaskPositionView {
            members: places
                .iter()
                .filter(|place| place.position == position.number)
                .map(|place| TaskMemberView {
                    account_id: place.account,
                    since: place.since,
                })
                .collect(),
            number: position.number,
            name: position.name,
            needed: position.needed,
            skills: position.skills,
        };
        Self {
            task_id: task.id,
            lead: task.claimed_by,
            positions: task.positions.into_iter().map(position).collect(),
            version: task.version,
        }
    }
}

fn shown(task: Task, places: &[TaskPlace]) -> HttpResponse {
    http::ok_with_etag(task.version, &TaskPositionsView::new(task, places))
}

/// 设置岗位 / makes a waiting task a group task, or changes its positions
///
/// For dispatchers of its place, while nobody has the task. Whoever takes the task leads it; positions are taken one by
/// one.
#[utoipa::path(
    operation_id = "set_task_positions",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    request_body = SetTaskPositionsBody,
    responses(
        (status = 200, description = "已设置 / set", body = TaskPositionsView),
        (status = 409, description = "已被接单、为候补人保留或已结束 / taken by someone, kept for somebody who waited, or ended", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[put("/tasks/{id}/positions")]
pub(crate) async fn set_task_positions(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
    body: Valid<SetTaskPositionsBody>,
) -> Result<HttpResponse, Failure> {
    let described = body.0.positions.into_iter().map(|body| DescribedPosition {
        name: body.name.into_string(),
        needed: body.needed,
        skills: body.skills,
    });
    let command = SetPositions {
        task: id.0,
        positions: described.collect(),
    };
    let key = ctx.idempotency(&command);
    let task = app::set_positions(&app, &ctx, key.as_ref(), &command).await?;
    Ok(shown(task, &[]))
}

/// 岗位名单 / shows who leads a group task and who fills which position
///
/// For dispatchers of its place. No names: accounts only.
#[utoipa::path(
    operation_id = "list_task_positions",
    tag = "tasks",
    params(("id" = TaskId, Path, description = "任务编号 / its id")),
    responses((status = 200, description = "岗位和在岗人员 / positions and people", body = TaskPositionsView)),
)]
#[get("/tasks/{id}/positions")]
pub(crate) async fn list_task_positions(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TaskId>,
) -> Result<HttpResponse, Failure> {
    let (task, places) = app::list_positions(&app, &ctx, id.0).await?;
    Ok(shown(task, &places))
}

/// 认领岗位 / takes a position of a group task that somebody leads
///
/// By the rules of taking a task, and with the skills of the position. Of all who try, as many win as it needs.
#[utoipa::path(
    operation_id = "claim_task_position",
    tag = "tasks",
    params(
        ("id" = TaskId, Path, description = "任务编号 / its id"),
        ("position" = u32, Path, description = "岗位序号 / number of the position"),
    ),
    responses(
        (status = 200, description = "已上岗 / taken", body = TaskView),
        (status = 409, description = "岗位已满、已有岗位、尚无负责人、已结束或不符合接单条件 / full, the caller has a position, nobody leads it yet, ended, or the rules are not met", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/tasks/{id}/positions/{position}/claim")]
pub(crate) async fn claim_task_position(
    app: web::Data<App>,
    ctx: Ctx,
    path: web::Path<(TaskId, u32)>,
) -> Result<HttpResponse, Failure> {
    let which = path.into_inner();
    let key = ctx.idempotency(&which);
    let seen = app::claim_position(&app, &ctx, key.as_ref(), which).await?;
    Ok(answer(seen, &ctx))
}

/// 退出岗位 / leaves a position of a group task
///
/// Whoever leads the task goes on leading it.
#[utoipa::path(
    operation_id = "release_task_position",
    tag = "tasks",
    params(
        ("id" = TaskId, Path, description = "任务编号 / its id"),
        ("position" = u32, Path, description = "岗位序号 / number of the position"),
    ),
    responses(
        (status = 200, description = "已退出 / left", body = TaskView),
        (status = 409, description = "没有这个岗位或已结束 / not the caller's, or ended", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/tasks/{id}/positions/{position}/release")]
pub(crate) async fn release_task_position(
    app: web::Data<App>,
    ctx: Ctx,
    path: web::Path<(TaskId, u32)>,
) -> Result<HttpResponse, Failure> {
    let which = path.into_inner();
    let key = ctx.idempotency(&which);
    let seen = app::release_position(&app, &ctx, key.as_ref(), which).await?;
    Ok(answer(seen, &ctx))
}
