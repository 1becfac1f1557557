use actix_web::{HttpResponse, get, post, put, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{MeetingId, OrgCode};
use problem::{Failure, Problem};
use serde::Deserialize;
use utoipa::IntoParams;

use super::meeting_bodies::{
    CallMeetingBody, ChangeMeetingBody, MeetingView, PassResolutionBody, RecordMinutesBody,
    ResolutionView,
};
use crate::app::{self, App, CallMeeting, ChangeMeeting, MeetingDeed, Origin};

/// Whose meetings to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MeetingQuery {
    /// 召集或受邀的组织 (organisation that calls them or is invited).
    org_code: OrgCode,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// 召集联席会议 / calls a joint meeting
#[utoipa::path(
    operation_id = "call_meeting",
    tag = "meetings",
    request_body = CallMeetingBody,
    responses((status = 201, description = "已召集 / called", body = MeetingView)),
)]
#[post("/meetings")]
pub(crate) async fn call_meeting(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<CallMeetingBody>,
) -> Result<HttpResponse, Failure> {
    let command = CallMeeting::from(body.0);
    let key = ctx.idempotency(&command);
    let meeting = app::call_meeting(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let location = format!("/api/registry/v1/meetings/{}", meeting.id);
    let version = meeting.version;
    let view = MeetingView::new(meeting, None);
    Ok(http::created(&location, version, &view))
}

/// 联席会议列表 / lists the meetings in which an organisation takes part, the newest first
#[utoipa::path(
    operation_id = "list_meetings",
    tag = "meetings",
    params(MeetingQuery),
    responses((status = 200, description = "一页会议 / a page of meetings", body = Page<MeetingView>)),
)]
#[get("/meetings")]
pub(crate) async fn list_meetings(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<MeetingQuery>,
) -> Result<HttpResponse, Failure> {
    let (origin, cursor) = (Origin::of(&ctx), query.0.cursor.as_deref());
    let (org, limit) = (&query.0.org_code, query.0.limit.size());
    let (found, next) = app::list_meetings(&app, &origin, org, cursor, limit).await?;
    let view = |meeting| MeetingView::new(meeting, None);
    let items = found.into_iter().map(view).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 联席会议详情 / shows a meeting with its resolutions
#[utoipa::path(
    operation_id = "show_meeting",
    tag = "meetings",
    params(("id" = MeetingId, Path, description = "会议编号 / its id")),
    responses((status = 200, description = "会议 / the meeting", body = MeetingView)),
)]
#[get("/meetings/{id}")]
pub(crate) async fn show_meeting(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<MeetingId>,
) -> Result<HttpResponse, Failure> {
    let (meeting, passed) = app::show_meeting(&app, &Origin::of(&ctx), id.0).await?;
    let version = meeting.version;
    let view = MeetingView::new(meeting, Some(passed));
    Ok(http::ok_with_etag(version, &view))
}

/// 处理联席会议 / holds, closes or cancels a meeting
#[utoipa::path(
    operation_id = "change_meeting",
    tag = "meetings",
    params(("id" = MeetingId, Path, description = "会议编号 / its id")),
    request_body = ChangeMeetingBody,
    responses(
        (status = 200, description = "已处理 / done", body = MeetingView),
        (status = 409, description = "当前状态不允许 / not from its state", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/meetings/{id}/steps")]
pub(crate) async fn change_meeting(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<MeetingId>,
    body: Valid<ChangeMeetingBody>,
) -> Result<HttpResponse, Failure> {
    change(&app, &ctx, id.0, MeetingDeed::Step(body.0.step)).await
}

/// 记录会议纪要 / records what was said about an item
#[utoipa::path(
    operation_id = "record_minutes",
    tag = "meetings",
    params(("id" = MeetingId, Path, description = "会议编号 / its id")),
    request_body = RecordMinutesBody,
    responses(
        (status = 200, description = "已记录 / recorded", body = MeetingView),
        (status = 409, description = "会议未召开或已结束 / not held, or closed", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[put("/meetings/{id}/minutes")]
pub(crate) async fn record_minutes(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<MeetingId>,
    body: Valid<RecordMinutesBody>,
) -> Result<HttpResponse, Failure> {
    let deed = MeetingDeed::Record(body.0.item, body.0.minutes.0);
    change(&app, &ctx, id.0, deed).await
}

async fn change(
    app: &App,
    ctx: &Ctx,
    id: MeetingId,
    deed: MeetingDeed,
) -> Result<HttpResponse, Failure> {
    let seen = ctx.if_match;
    let command = ChangeMeeting { id, deed, seen };
    let key = ctx.idempotency(&command);
    let meeting = app::change_meeting(app, &Origin::of(ctx), key.as_ref(), &command).await?;
    let version = meeting.version;
    Ok(http::ok_with_etag(
        version,
        &MeetingView::new(meeting, None),
    ))
}

/// 通过决议 / passes a resolution
///
/// With `order`, ticketing opens an order for it within moments; how it stands is shown with the meeting.
#[utoipa::path(
    operation_id = "pass_resolution",
    tag = "meetings",
    params(("id" = MeetingId, Path, description = "会议编号 / its id")),
    request_body = PassResolutionBody,
    responses(
        (status = 201, description = "已通过 / passed", body = ResolutionView),
        (status = 409, description = "会议未召开或已结束 / not held, or closed", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/meetings/{id}/resolutions")]
pub(crate) async fn pass_resolution(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<MeetingId>,
    body: Valid<PassResolutionBody>,
) -> Result<HttpResponse, Failure> {
    let command = body.0.command(id.0);
    let key = ctx.idempotency(&command);
    let passed = app::pass_resolution(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    // it is shown with its meeting
    let location = format!("/api/registry/v1/meetings/{}", passed.meeting);
    let version = passed.version;
    let view = ResolutionView::from(passed);
    Ok(http::created(&location, version, &view))
}
