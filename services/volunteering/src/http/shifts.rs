//! Changing what was planned: one shift, or the whole activity.

use actix_web::{HttpResponse, get, post, put, web};
use auth::Ctx;
use chassis::http::{self, Page, PathId, Valid, ValidQuery};
use kernel::{ActivityId, ShiftId, TeamId};
use problem::{Failure, Problem};

use super::activities::ShiftQuery;
use super::activity_bodies::{
    ActivityView, ChangeShiftBody, OpenActivityBody, OpenShiftBody, ShiftView,
};
use crate::app::{self, App, OpenActivity, Places};
use crate::domain::activity::Shift;

fn answer((shift, places): (Shift, Places)) -> HttpResponse {
    let version = shift.version;
    http::ok_with_etag(version, &ShiftView::new(shift, &places))
}

/// 变更活动 / changes an activity
///
/// Everything of a draft. Of one that recruits the title, risks, place and terms, and the last day of its duty; shifts
/// that are there stay. What stays as it is must be sent as it is.
#[utoipa::path(
    operation_id = "update_activity",
    tag = "activities",
    params(("id" = ActivityId, Path, description = "活动 / its id")),
    request_body = OpenActivityBody,
    responses(
        (status = 200, description = "已变更 / changed", body = ActivityView),
        (status = 409, description = "已发布，此项不能更改 / it is public: this stays", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[put("/activities/{id}")]
pub(crate) async fn update_activity(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ActivityId>,
    body: Valid<OpenActivityBody>,
) -> Result<HttpResponse, Failure> {
    let command = OpenActivity::from(body.0);
    let activity = app::update_activity(&app, &ctx, (id.0, &command)).await?;
    let version = activity.version;
    Ok(http::ok_with_etag(version, &ActivityView::from(activity)))
}

/// 班次详情 / shows a shift
#[utoipa::path(
    operation_id = "show_shift",
    tag = "activities",
    params(("id" = ShiftId, Path, description = "班次 / its id")),
    responses((status = 200, description = "班次 / the shift", body = ShiftView)),
)]
#[get("/shifts/{id}")]
pub(crate) async fn show_shift(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ShiftId>,
) -> Result<HttpResponse, Failure> {
    Ok(answer(app::show_shift(&app, &ctx, id.0).await?))
}

/// 变更班次 / changes a shift that has not begun
///
/// Positions keep their numbers, in the order in which they are given; those with people on their list stay, with what
/// they need. Where there are more places those who wait are asked. Its time changes only while nobody has a place.
#[utoipa::path(
    operation_id = "update_shift",
    tag = "activities",
    params(("id" = ShiftId, Path, description = "班次 / its id")),
    request_body = OpenShiftBody,
    responses(
        (status = 200, description = "已变更 / changed", body = ShiftView),
        (status = 409, description = "有人依此报名，不能更改 / people rely on it", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[put("/shifts/{id}")]
pub(crate) async fn update_shift(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ShiftId>,
    body: Valid<OpenShiftBody>,
) -> Result<HttpResponse, Failure> {
    let command = body.0.instead(id.0);
    let shift = app::update_shift(&app, &ctx, &command).await?;
    Ok(answer(app::with_places(&app, shift).await?))
}

/// 办理班次 / cancels a shift
///
/// Sign-ups that could still have led to service end as `cancelled`, and whoever signed up is told.
#[utoipa::path(
    operation_id = "change_shift",
    tag = "activities",
    params(("id" = ShiftId, Path, description = "班次 / its id")),
    request_body = ChangeShiftBody,
    responses(
        (status = 200, description = "已办理 / done", body = ShiftView),
        (status = 409, description = "当前状态不可 / not in this state", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/shifts/{id}/steps")]
pub(crate) async fn change_shift(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ShiftId>,
    body: Valid<ChangeShiftBody>,
) -> Result<HttpResponse, Failure> {
    let command = body.0.of(id.0);
    let key = ctx.idempotency(&command);
    let shift = app::change_shift(&app, &ctx, key.as_ref(), &command).await?;
    Ok(answer(app::with_places(&app, shift).await?))
}

/// 队伍轮值班次 / lists the shifts that are a team's turn, the earliest first
#[utoipa::path(
    operation_id = "list_team_shifts",
    tag = "teams",
    params(("id" = TeamId, Path, description = "队伍 / the team's id"), ShiftQuery),
    responses((status = 200, description = "一页班次 / a page of shifts", body = Page<ShiftView>)),
)]
#[get("/teams/{id}/shifts")]
pub(crate) async fn list_team_shifts(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TeamId>,
    query: ValidQuery<ShiftQuery>,
) -> Result<HttpResponse, Failure> {
    let (from, wanted) = query.0.wanted();
    let which = (id.0, from);
    let ((found, next), places) = app::list_team_shifts(&app, &ctx, which, &wanted).await?;
    let view = |shift| ShiftView::new(shift, &places);
    let items = found.into_iter().map(view).collect();
    Ok(http::ok(&Page { items, next }))
}
