use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use auth::{Ctx, PublicCtx};
use chassis::http::{self, Page, PathId, Valid};
use kernel::{CalendarFeedId, TeamId, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{self, App};
use crate::domain::feed::{Feed, digest_of};

/// A calendar feed to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenCalendarFeedBody {
    /// 队伍；不填为本人的班次 (a team of the caller's; none means the caller's own shifts).
    #[serde(default)]
    team_id: Option<TeamId>,
}

/// A calendar feed (日历订阅).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalendarFeedView {
    /// 编号 (its id).
    id: CalendarFeedId,
    /// 队伍 (team).
    team_id: Option<TeamId>,
    /// 何时开通 (since when).
    created_at: Timestamp,
    /// 订阅地址，仅开通时给出一次 (its secret address; told once).
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

impl From<Feed> for CalendarFeedView {
    fn from(feed: Feed) -> Self {
        Self {
            id: feed.id,
            team_id: feed.team,
            created_at: feed.created_at,
            path: None,
        }
    }
}

/// 开通日历订阅 / opens a calendar feed
///
/// Its address is a secret that is told once. Whoever has it reads the calendar until it is revoked.
#[utoipa::path(
    operation_id = "open_calendar_feed",
    tag = "calendars",
    request_body = OpenCalendarFeedBody,
    responses(
        (status = 201, description = "已开通 / open", body = CalendarFeedView),
        (status = 409, description = "已达上限 / too many", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "不在这支队伍中 / not of this team", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/calendar-feeds")]
pub(crate) async fn open_calendar_feed(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<OpenCalendarFeedBody>,
) -> Result<HttpResponse, Failure> {
    let (feed, token) = app::open_feed(&app, &ctx, body.0.team_id).await?;
    let path = format!("/api/volunteering/v1/calendars/{token}");
    let view = CalendarFeedView {
        path: Some(path.clone()),
        ..CalendarFeedView::from(feed)
    };
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, path))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(view))
}

/// 我的日历订阅 / lists the caller's calendar feeds
#[utoipa::path(
    operation_id = "list_calendar_feeds",
    tag = "calendars",
    responses((status = 200, description = "日历订阅 / the feeds", body = Page<CalendarFeedView>)),
)]
#[get("/calendar-feeds")]
pub(crate) async fn list_calendar_feeds(
    app: web::Data<App>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let feeds = app::list_my_feeds(&app, &ctx).await?;
    let items = feeds.into_iter().map(CalendarFeedView::from).collect();
    Ok(http::ok(&Page { items, next: None }))
}

/// 撤销日历订阅 / revokes a calendar feed: its address reads nothing any more
#[utoipa::path(
    operation_id = "revoke_calendar_feed",
    tag = "calendars",
    params(("id" = CalendarFeedId, Path, description = "订阅 / its id")),
    responses((status = 204, description = "已撤销 / revoked")),
)]
#[delete("/calendar-feeds/{id}")]
pub(crate) async fn revoke_calendar_feed(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<CalendarFeedId>,
) -> Result<HttpResponse, Failure> {
    app::revoke_feed(&app, &ctx, id.0).await?;
    Ok(http::no_content())
}

/// Says whether the caller has what bears this tag.
fn has(request: &HttpRequest, tag: &str) -> bool {
    let known = request.headers().get_all(header::IF_NONE_MATCH);
    let mut known = known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// 日历 / reads a calendar as iCalendar, by its secret address
#[utoipa::path(
    operation_id = "read_calendar",
    tag = "calendars",
    params(("token" = String, Path, description = "订阅地址中的密钥 / the secret of the address")),
    responses(
        (status = 200, description = "日历 / the calendar", body = String, content_type = "text/calendar"),
        (status = 304, description = "未变化 / not changed"),
        (status = 404, description = "没有或已撤销 / none, or revoked", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[get("/calendars/{token}")]
pub(crate) async fn read_calendar(
    app: web::Data<App>,
    ctx: PublicCtx,
    token: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let text = app::read_calendar(&app, &token, ctx.now).await?;
    let tag = format!("\"{}\"", digest_of(&text));
    let mut answer = if has(&request, &tag) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((header::ETAG, tag.as_str()))
        .insert_header((header::CACHE_CONTROL, "private, max-age=300"));
    if has(&request, &tag) {
        return Ok(answer.finish());
    }
    Ok(answer
        .content_type("text/calendar; charset=utf-8")
        .body(text))
}
