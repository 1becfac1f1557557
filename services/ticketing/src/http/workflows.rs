//! Workflow definitions and draws: the rules of the game, open to whoever plays.

use actix_web::{HttpRequest, HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{PathId, ok};
use kernel::OrderId;
use problem::Failure;

use crate::app::show_draw::DrawView;
use crate::app::show_workflows::{WorkflowList, WorkflowView};
use crate::{App, app};

/// Lists the workflows (工作流), the newest version of each.
#[utoipa::path(
    operation_id = "list_workflows",
    tag = "workflows",
    responses((status = 200, body = WorkflowList)),
)]
#[get("/workflows")]
pub(crate) async fn list_workflows(app: web::Data<App>, ctx: Ctx) -> HttpResponse {
    ok(&app::show_workflows::list_workflows(&app, &ctx))
}

/// Shows one workflow.
#[utoipa::path(
    operation_id = "show_workflow",
    tag = "workflows",
    params(("name" = String, Path, example = "five-order")),
    responses((status = 200, body = WorkflowView)),
)]
#[get("/workflows/{name}")]
pub(crate) async fn show_workflow(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let name = request.match_info().query("name");
    Ok(ok(&app::show_workflows::show_workflow(&app, &ctx, name)?))
}

/// Shows how the judges of an order's result were drawn, checked by drawing again.
#[utoipa::path(
    operation_id = "show_draw",
    tag = "orders",
    params(("id" = OrderId, Path)),
    responses((status = 200, body = DrawView)),
)]
#[get("/orders/{id}/draw")]
pub(crate) async fn show_draw(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
) -> Result<HttpResponse, Failure> {
    Ok(ok(&app::show_draw::show_draw(&app, &ctx, id.0).await?))
}
