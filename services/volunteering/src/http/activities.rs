use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{ActivityId, OrgPath, Timestamp};
use problem::{Failure, Problem};
use serde::Deserialize;
use utoipa::IntoParams;

use super::activity_bodies::{
    ActivityView, ChangeActivityBody, OpenActivityBody, OpenShiftBody, ShiftView,
};
use crate::app::{self, App, OpenActivity, PageWanted, Places};
use crate::domain::activity::Activity;

/// Whose activities to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ActivityQuery {
    /// 该组织及以下 (of this place and all below).
    org_path: OrgPath,
    /// 草稿、待审和已归档，仅组织可见 (drafts and archived ones, to those who run the place).
    #[serde(default)]
    drafts: bool,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Which shifts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShiftQuery {
    /// 自何时起，默认现在 (those that begin at this time or later; now by default).
    from: Option<Timestamp>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

impl ShiftQuery {
    /// Returns from when on and the page that are asked for.
    pub(super) fn wanted(self) -> (Option<Timestamp>, PageWanted) {
        let wanted = PageWanted {
            cursor: self.cursor,
            limit: self.limit.size(),
        };
        (self.from, wanted)
    }
}

fn answer(activity: Activity) -> HttpResponse {
    http::ok_with_etag(activity.version, &ActivityView::from(activity))
}

/// 新建活动 / opens an activity as a draft
///
/// Those who run the place, or leaders of the team.
#[utoipa::path(
    operation_id = "open_activity",
    tag = "activities",
    request_body = OpenActivityBody,
    responses((status = 201, description = "已新建 / a draft", body = ActivityView)),
)]
#[post("/activities")]
pub(crate) async fn open_activity(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<OpenActivityBody>,
) -> Result<HttpResponse, Failure> {
    let command = OpenActivity::from(body.0);
    let key = ctx.idempotency(&command);
    let made = app::open_activity(&app, &ctx, key.as_ref(), &command).await?;
    let location = format!("/api/volunteering/v1/activities/{}", made.id);
    let version = made.version;
    Ok(http::created(&location, version, &ActivityView::from(made)))
}

/// 活动列表 / lists the activities of a place, the newest first
#[utoipa::path(
    operation_id = "list_activities",
    tag = "activities",
    params(ActivityQuery),
    responses((status = 200, description = "一页活动 / a page of activities", body = Page<ActivityView>)),
)]
#[get("/activities")]
pub(crate) async fn list_activities(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ActivityQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let wanted = PageWanted {
        cursor: query.cursor,
        limit: query.limit.size(),
    };
    let which = (&query.org_path, query.drafts);
    let (found, next) = app::list_activities(&app, &ctx, which, &wanted).await?;
    let items = found.into_iter().map(ActivityView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 活动详情 / shows an activity
#[utoipa::path(
    operation_id = "show_activity",
    tag = "activities",
    params(("id" = ActivityId, Path, description = "活动 / its id")),
    responses((status = 200, description = "活动 / the activity", body = ActivityView)),
)]
#[get("/activities/{id}")]
pub(crate) async fn show_activity(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ActivityId>,
) -> Result<HttpResponse, Failure> {
    Ok(answer(app::show_activity(&app, &ctx, id.0).await?))
}

/// 办理活动 / submits, publishes, cancels, completes or archives an activity
///
/// What is cancelled takes its shifts and sign-ups along. Leaders of the team submit and complete; the organisation
/// decides the rest.
#[utoipa::path(
    operation_id = "change_activity",
    tag = "activities",
    params(("id" = ActivityId, Path, description = "活动 / its id")),
    request_body = ChangeActivityBody,
    responses(
        (status = 200, description = "已办理 / done", body = ActivityView),
        (status = 409, description = "当前状态不可 / not in this state", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/activities/{id}/steps")]
pub(crate) async fn change_activity(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ActivityId>,
    body: Valid<ChangeActivityBody>,
) -> Result<HttpResponse, Failure> {
    let key = ctx.idempotency(&body.0.step);
    let change = (id.0, body.0.step);
    Ok(answer(
        app::change_activity(&app, &ctx, key.as_ref(), change).await?,
    ))
}

/// 新增班次 / adds a shift
#[utoipa::path(
    operation_id = "open_shift",
    tag = "activities",
    params(("id" = ActivityId, Path, description = "活动 / the activity's id")),
    request_body = OpenShiftBody,
    responses(
        (status = 201, description = "已新增 / added", body = ShiftView),
        (status = 409, description = "该时间已有班次 / one begins at that time already", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/activities/{id}/shifts")]
pub(crate) async fn open_shift(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ActivityId>,
    body: Valid<OpenShiftBody>,
) -> Result<HttpResponse, Failure> {
    let command = body.0.of(id.0);
    let key = ctx.idempotency(&command);
    let made = app::open_shift(&app, &ctx, key.as_ref(), &command).await?;
    let location = format!("/api/volunteering/v1/activities/{}/shifts", made.activity);
    let version = made.version;
    let view = ShiftView::new(made, &Places::default());
    Ok(http::created(&location, version, &view))
}

/// 班次列表 / lists the shifts of an activity, the earliest first
#[utoipa::path(
    operation_id = "list_shifts",
    tag = "activities",
    params(("id" = ActivityId, Path, description = "活动 / the activity's id"), ShiftQuery),
    responses((status = 200, description = "一页班次 / a page of shifts", body = Page<ShiftView>)),
)]
#[get("/activities/{id}/shifts")]
pub(crate) async fn list_shifts(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ActivityId>,
    query: ValidQuery<ShiftQuery>,
) -> Result<HttpResponse, Failure> {
    let (from, wanted) = query.0.wanted();
    let which = (id.0, from);
    let ((found, next), places) = app::list_shifts(&app, &ctx, which, &wanted).await?;
    let view = |shift| ShiftView::new(shift, &places);
    let items = found.into_iter().map(view).collect();
    Ok(http::ok(&Page { items, next }))
}
