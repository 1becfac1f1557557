use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{OrgPath, RosterPlanId};
use problem::{Failure, Problem};
use serde::Deserialize;
use utoipa::IntoParams;

use super::plan_views::{OpenPlanBody, PlanDetailView, PlanView};
use crate::app::{self, App, OpenPlan, PageWanted};
use crate::domain::plan::{Plan, PlanResult};

/// Whose plans to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlanQuery {
    /// 该组织及以下 (of this place and all below).
    org_path: OrgPath,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

fn answer((plan, found): (Plan, Option<PlanResult>)) -> HttpResponse {
    let version = plan.version;
    http::ok_with_etag(version, &PlanDetailView::new(plan, found))
}

/// 提出方案 / asks for a plan
///
/// Of `kind` `roster`, for a period or for shifts that are named: their free places are given to certified volunteers
/// of the place. A `repair` does the same after drop-outs, and may give offers that nobody has answered to others, each
/// for a price; places that are taken stay. A `dispatch` asks volunteers for open tasks, those that are named or all of
/// the place. It is worked on off the request: `state` and `done` tell how far it has come. Nobody is put on duty or
/// asked for anything before somebody accepts it.
#[utoipa::path(
    operation_id = "open_plan",
    tag = "plans",
    request_body = OpenPlanBody,
    responses(
        (status = 201, description = "已排队 / waits", body = PlanView),
        (status = 409, description = "没有可排的班次或任务，或求解中的方案过多 / nothing to plan, or too many under way", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/plans")]
pub(crate) async fn open_plan(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<OpenPlanBody>,
) -> Result<HttpResponse, Failure> {
    let command = OpenPlan::try_from(body.0)?;
    let key = ctx.idempotency(&command);
    let made = app::open_plan(&app, &ctx, key.as_ref(), &command).await?;
    let location = format!("/api/volunteering/v1/plans/{}", made.id);
    let version = made.version;
    Ok(http::created(&location, version, &PlanView::from(made)))
}

/// 方案列表 / lists the plans of a place, the newest first
#[utoipa::path(
    operation_id = "list_plans",
    tag = "plans",
    params(PlanQuery),
    responses((status = 200, description = "一页方案 / a page of plans", body = Page<PlanView>)),
)]
#[get("/plans")]
pub(crate) async fn list_plans(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<PlanQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let wanted = PageWanted {
        cursor: query.cursor,
        limit: query.limit.size(),
    };
    let (found, next) = app::list_plans(&app, &ctx, &query.org_path, &wanted).await?;
    let items = found.into_iter().map(PlanView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 方案详情 / shows how far a plan has come, and what it says
#[utoipa::path(
    operation_id = "show_plan",
    tag = "plans",
    params(("id" = RosterPlanId, Path, description = "方案 / its id")),
    responses((status = 200, description = "方案 / the plan", body = PlanDetailView)),
)]
#[get("/plans/{id}")]
pub(crate) async fn show_plan(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<RosterPlanId>,
) -> Result<HttpResponse, Failure> {
    Ok(answer(app::show_plan(&app, &ctx, id.0).await?))
}

/// 取消方案 / cancels a plan that nobody has accepted
///
/// A search that is under way ends soon after. Cancelling again changes nothing.
#[utoipa::path(
    operation_id = "cancel_plan",
    tag = "plans",
    params(("id" = RosterPlanId, Path, description = "方案 / its id")),
    responses(
        (status = 200, description = "已取消 / cancelled", body = PlanView),
        (status = 409, description = "已采纳或已失败 / accepted or failed", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/plans/{id}/cancel")]
pub(crate) async fn cancel_plan(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<RosterPlanId>,
) -> Result<HttpResponse, Failure> {
    let key = ctx.idempotency(&());
    let plan = app::cancel_plan(&app, &ctx, key.as_ref(), id.0).await?;
    Ok(http::ok_with_etag(plan.version, &PlanView::from(plan)))
}

/// 采纳方案 / accepts a plan
///
/// In one transaction its places become sign-ups: `confirmed` where somebody had applied or it is their team's turn,
/// `offered` otherwise, until they answer. A repair first ends the offers that it replaces: those that were answered
/// meanwhile stay, and so do those that nobody takes over. Those whom a dispatch has chosen are invited to the tasks.
/// What no longer fits by now is left out and said in `left_out` or `not_asked`. Accepting again changes nothing and
/// answers the same.
#[utoipa::path(
    operation_id = "accept_plan",
    tag = "plans",
    params(("id" = RosterPlanId, Path, description = "方案 / its id")),
    responses(
        (status = 200, description = "已采纳 / accepted", body = PlanDetailView),
        (status = 409, description = "尚未求解或已取消 / not solved, or cancelled", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/plans/{id}/accept")]
pub(crate) async fn accept_plan(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<RosterPlanId>,
) -> Result<HttpResponse, Failure> {
    let key = ctx.idempotency(&());
    let (plan, found) = app::accept_plan(&app, &ctx, key.as_ref(), id.0).await?;
    Ok(answer((plan, Some(found))))
}
