//! What volunteers hold against the hours on their record (时长异议).

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Page, PathId, Valid, ValidQuery};
use kernel::{AccountId, HoursObjectionId, OrgPath, ServiceRecordId, Text, Timestamp, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::certificate_notices::PlacePageQuery;
use crate::app::{self, AnswerHoursObjection, App, ObjectToHours};
use crate::domain::hours_objection::{HoursObjection, HoursObjectionState};

/// What somebody holds against their hours.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectToHoursBody {
    /// 理由 (why).
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Text<1, 500>,
}

/// An answer to an objection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerHoursObjectionBody {
    /// 是否成立 (whether it is upheld).
    upheld: bool,
    /// 答复 (the answer).
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    answer: Text<1, 500>,
    /// 更正后的分钟，成立时填；提出异议后已更正的可不填 (the right minutes, where it is upheld; they may be left out where they
    /// were put right since the objection).
    #[serde(default)]
    minutes: Option<u32>,
}

/// An objection to hours (时长异议).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoursObjectionView {
    /// 编号 (its id).
    id: HoursObjectionId,
    /// 服务记录 (the record).
    record_id: ServiceRecordId,
    /// 异议所指版本 (version of the record that it is about).
    record_version: Version,
    /// 志愿者账号 (who objected).
    account_id: AccountId,
    /// 组织 (where it was served).
    org_path: OrgPath,
    /// 理由 (why).
    reason: String,
    /// 状态 (state).
    state: HoursObjectionState,
    /// 答复，未答复则无 (the answer; absent before).
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// 由确认该时长的同一人答复 (whoever answered had decided on these hours before).
    by_confirmer: bool,
    /// 版本 (its version).
    version: Version,
    /// 提出时间 (when).
    created_at: Timestamp,
    /// 答复时间，未答复则无 (when it was answered; absent before).
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Timestamp>,
}

impl From<HoursObjection> for HoursObjectionView {
    fn from(objection: HoursObjection) -> Self {
        Self {
            id: objection.id,
            record_id: objection.record,
            record_version: objection.record_version,
            account_id: objection.volunteer,
            org_path: objection.org_path,
            reason: objection.reason,
            state: objection.state,
            answer: objection.answer,
            by_confirmer: objection.by_confirmer,
            version: objection.version,
            created_at: objection.created_at,
            answered_at: objection.answered_at,
        }
    }
}

/// 对服务时长提出异议 / objects to hours of one's own that somebody has decided on
///
/// To the latest version, one objection at a time, three in all.
#[utoipa::path(
    operation_id = "open_hours_objection",
    tag = "service-hours",
    params(("id" = ServiceRecordId, Path, description = "服务记录 / the record's id")),
    request_body = ObjectToHoursBody,
    responses(
        (status = 201, description = "已受理 / taken", body = HoursObjectionView),
        (status = 409, description = "尚待确认，或已有异议 / not decided yet, or objected to already", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/hours/{id}/objections")]
pub(crate) async fn open_hours_objection(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ServiceRecordId>,
    body: Valid<ObjectToHoursBody>,
) -> Result<HttpResponse, Failure> {
    let command = ObjectToHours {
        record: id.0,
        reason: body.0.reason.into_string(),
    };
    let key = ctx.idempotency(&command);
    let made = app::object_to_hours(&app, &ctx, key.as_ref(), &command).await?;
    let location = format!("/api/volunteering/v1/hours/{}/objections", made.record);
    let (version, view) = (made.version, HoursObjectionView::from(made));
    Ok(http::created(&location, version, &view))
}

/// 一条服务时长的异议 / lists what was held against a record, the oldest first
///
/// To the volunteer and those who judge the hours.
#[utoipa::path(
    operation_id = "list_objections_of_hours",
    tag = "service-hours",
    params(("id" = ServiceRecordId, Path, description = "服务记录 / the record's id")),
    responses((status = 200, description = "全部异议 / all of them", body = Page<HoursObjectionView>)),
)]
#[get("/hours/{id}/objections")]
pub(crate) async fn list_objections_of_hours(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ServiceRecordId>,
) -> Result<HttpResponse, Failure> {
    let found = app::list_objections_of(&app, &ctx, id.0).await?;
    let items = found.into_iter().map(HoursObjectionView::from).collect();
    Ok(http::ok(&Page { items, next: None }))
}

/// 待答复的时长异议 / lists the objections at or below a place that wait for an answer, the newest first
#[utoipa::path(
    operation_id = "list_hours_objections",
    tag = "service-hours",
    params(PlacePageQuery),
    responses((status = 200, description = "一页异议 / a page of objections", body = Page<HoursObjectionView>)),
)]
#[get("/hours/objections")]
pub(crate) async fn list_hours_objections(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<PlacePageQuery>,
) -> Result<HttpResponse, Failure> {
    let (place, wanted) = query.0.wanted();
    let (found, next) = app::list_open_objections(&app, &ctx, &place, &wanted).await?;
    let items = found.into_iter().map(HoursObjectionView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 答复时长异议 / answers an objection; upheld, the hours have a new version with the right minutes
///
/// Those who judge the hours, never the volunteer. Where they had decided on these hours themselves, it shows.
#[utoipa::path(
    operation_id = "answer_hours_objection",
    tag = "service-hours",
    params(("id" = HoursObjectionId, Path, description = "异议 / its id")),
    request_body = AnswerHoursObjectionBody,
    responses(
        (status = 200, description = "已答复 / answered", body = HoursObjectionView),
        (status = 409, description = "已答复，或更正后的时长不能计入 / answered before, or the right minutes cannot count", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/hours/objections/{id}/answers")]
pub(crate) async fn answer_hours_objection(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<HoursObjectionId>,
    body: Valid<AnswerHoursObjectionBody>,
) -> Result<HttpResponse, Failure> {
    let command = AnswerHoursObjection {
        id: id.0,
        upheld: body.0.upheld,
        answer: body.0.answer.into_string(),
        minutes: body.0.minutes,
    };
    let key = ctx.idempotency(&command);
    let answered = app::answer_hours_objection(&app, &ctx, key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        answered.version,
        &HoursObjectionView::from(answered),
    ))
}
