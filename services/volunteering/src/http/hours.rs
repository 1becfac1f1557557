use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Page, PathId, Valid, ValidQuery};
use kernel::{
    AccountId, ActivityId, ImportId, OrgPath, ServiceRecordId, SignUpId, TaskId, Text, Timestamp,
    Version,
};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::certificate_notices::PlacePageQuery;
use super::minutes::Score;
use super::sign_ups::SignUpQuery;
use crate::app::{self, App, JudgeHours, RateHours};
use crate::domain::hours::{HoursState, ServedIn, ServiceHours, TimedBy, Verdict};

/// A verdict on a record of service.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, tag = "verdict", rename_all = "snake_case")]
pub(crate) enum JudgeHoursBody {
    /// 确认 (the minutes are right).
    Confirm {},
    /// 更正 (these are right).
    Correct {
        /// 分钟 (whole minutes).
        minutes: u32,
        /// 原因 (why).
        #[schema(value_type = String, min_length = 1, max_length = 500)]
        reason: Text<1, 500>,
    },
    /// 不予确认 (nothing was served).
    Refuse {
        /// 原因 (why).
        #[schema(value_type = String, min_length = 1, max_length = 500)]
        reason: Text<1, 500>,
    },
}

impl From<JudgeHoursBody> for Verdict {
    fn from(body: JudgeHoursBody) -> Self {
        match body {
            JudgeHoursBody::Confirm {} => Self::Confirm,
            JudgeHoursBody::Correct { minutes, reason } => Self::Correct {
                minutes,
                reason: reason.into_string(),
            },
            JudgeHoursBody::Refuse { reason } => Self::Refuse {
                reason: reason.into_string(),
            },
        }
    }
}

/// A rating of a service.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateHoursBody {
    /// 评分，1 至 5 (score, 1 to 5).
    #[schema(value_type = u8, minimum = 1, maximum = 5)]
    score: Score,
}

/// One version of a record of service (服务记录).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceHoursView {
    /// 编号 (its id).
    id: ServiceRecordId,
    /// 报名 (the sign-up, of a shift).
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_up_id: Option<SignUpId>,
    /// 活动 (the activity, of a shift).
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_id: Option<ActivityId>,
    /// 接单任务 (the order's task).
    #[serde(skip_serializing_if = "Option::is_none")]
    task_id: Option<TaskId>,
    /// 导入，在别处服务的 (the import, of service elsewhere).
    #[serde(skip_serializing_if = "Option::is_none")]
    import_id: Option<ImportId>,
    /// 活动名称，在别处服务的 (what it was called, of service elsewhere).
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// 志愿者账号 (who served).
    account_id: AccountId,
    /// 组织 (where).
    org_path: OrgPath,
    /// 服务类别 (kind).
    kind: String,
    /// 开始 (beginning).
    began_at: Timestamp,
    /// 结束 (end).
    ended_at: Timestamp,
    /// 分钟 (minutes).
    minutes: u32,
    /// 状态 (state).
    state: HoursState,
    /// 计时依据，班次的 (by what the time is known, of a shift).
    timed_by: Option<TimedBy>,
    /// 更正或不予确认的原因 (why it was put right or refused).
    reason: Option<String>,
    /// 版本 (its version).
    version: Version,
    /// 何时 (when this version was made).
    at: Timestamp,
}

impl From<ServiceHours> for ServiceHoursView {
    fn from(hours: ServiceHours) -> Self {
        let (sign_up_id, activity_id, task_id, import_id) = match hours.served_in {
            ServedIn::Shift { sign_up, activity } => (Some(sign_up), Some(activity), None, None),
            ServedIn::Task(task) => (None, None, Some(task), None),
            ServedIn::Elsewhere(import) => (None, None, None, Some(import)),
        };
        Self {
            id: hours.id,
            sign_up_id,
            activity_id,
            task_id,
            import_id,
            title: hours.title,
            account_id: hours.volunteer,
            org_path: hours.org_path,
            kind: hours.kind,
            began_at: hours.began_at,
            ended_at: hours.ended_at,
            minutes: hours.minutes,
            state: hours.state,
            timed_by: hours.timed_by,
            reason: hours.reason,
            version: hours.version,
            at: hours.at,
        }
    }
}

fn page((found, next): (Vec<ServiceHours>, Option<String>)) -> HttpResponse {
    let items = found.into_iter().map(ServiceHoursView::from).collect();
    http::ok(&Page { items, next })
}

/// 我的服务时长 / lists the caller's hours of service, the newest first
#[utoipa::path(
    operation_id = "list_my_hours",
    tag = "service-hours",
    params(SignUpQuery),
    responses((status = 200, description = "一页服务记录 / a page of records", body = Page<ServiceHoursView>)),
)]
#[get("/hours")]
pub(crate) async fn list_my_hours(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<SignUpQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = query.0.wanted();
    Ok(page(app::list_my_hours(&app, &ctx, &wanted).await?))
}

/// 活动的服务时长 / lists the hours of an activity to those who run it, the newest first
#[utoipa::path(
    operation_id = "list_activity_hours",
    tag = "service-hours",
    params(("id" = ActivityId, Path, description = "活动 / the activity's id"), SignUpQuery),
    responses((status = 200, description = "一页服务记录 / a page of records", body = Page<ServiceHoursView>)),
)]
#[get("/activities/{id}/hours")]
pub(crate) async fn list_activity_hours(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ActivityId>,
    query: ValidQuery<SignUpQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = query.0.wanted();
    Ok(page(app::list_hours_of(&app, &ctx, id.0, &wanted).await?))
}

/// 待确认的服务时长 / lists the hours at or below a place that wait for confirmation, the newest first
///
/// Of shifts and of orders' tasks.
#[utoipa::path(
    operation_id = "list_pending_hours",
    tag = "service-hours",
    params(PlacePageQuery),
    responses((status = 200, description = "一页服务记录 / a page of records", body = Page<ServiceHoursView>)),
)]
#[get("/hours/pending")]
pub(crate) async fn list_pending_hours(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<PlacePageQuery>,
) -> Result<HttpResponse, Failure> {
    let (place, wanted) = query.0.wanted();
    let found = app::list_pending_hours(&app, &ctx, &place, &wanted).await?;
    Ok(page(found))
}

/// 服务记录的各版本 / shows every version of a record, the latest first
#[utoipa::path(
    operation_id = "show_hours",
    tag = "service-hours",
    params(("id" = ServiceRecordId, Path, description = "服务记录 / its id")),
    responses((status = 200, description = "各版本 / the versions", body = Page<ServiceHoursView>)),
)]
#[get("/hours/{id}")]
pub(crate) async fn show_hours(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ServiceRecordId>,
) -> Result<HttpResponse, Failure> {
    let versions = app::show_hours(&app, &ctx, id.0).await?;
    Ok(page((versions, None)))
}

/// 确认、更正服务时长 / confirms, corrects or refuses a record: a new version
///
/// By those who run the activity, never by the volunteer.
#[utoipa::path(
    operation_id = "confirm_hours",
    tag = "service-hours",
    params(("id" = ServiceRecordId, Path, description = "服务记录 / its id")),
    request_body = JudgeHoursBody,
    responses(
        (status = 200, description = "新版本 / the new version", body = ServiceHoursView),
        (status = 409, description = "当前状态不可 / not in this state", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/hours/{id}/versions")]
pub(crate) async fn confirm_hours(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ServiceRecordId>,
    body: Valid<JudgeHoursBody>,
) -> Result<HttpResponse, Failure> {
    let command = JudgeHours {
        id: id.0,
        verdict: Verdict::from(body.0),
    };
    let key = ctx.idempotency(&command);
    let judged = app::judge_hours(&app, &ctx, key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        judged.version,
        &ServiceHoursView::from(judged),
    ))
}

/// 评价服务 / rates a confirmed service: those who ran it, or whom it was for; the next one takes its place
#[utoipa::path(
    operation_id = "rate_hours",
    tag = "service-hours",
    params(("id" = ServiceRecordId, Path, description = "服务记录 / its id")),
    request_body = RateHoursBody,
    responses(
        (status = 204, description = "已评价 / rated"),
        (status = 409, description = "尚未确认 / not confirmed", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/hours/{id}/ratings")]
pub(crate) async fn rate_hours(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ServiceRecordId>,
    body: Valid<RateHoursBody>,
) -> Result<HttpResponse, Failure> {
    let command = RateHours {
        record: id.0,
        score: body.0.score.0,
    };
    let key = ctx.idempotency(&command);
    app::rate_hours(&app, &ctx, key.as_ref(), &command).await?;
    Ok(http::no_content())
}
