//! Workflow definitions and draws: the rules of the game, open to whoever plays.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use auth::Ctx;
use chassis::http::{Page, PathId, Valid, ValidQuery, ok};
use kernel::{Line, OrderId, OrgCode, Text};
use problem::Failure;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::migrate_orders::{MigrateOrders, OrderMigrationView};
use crate::app::override_workflow::{OverrideWorkflow, WorkflowOverrideView};
use crate::app::rehearse_workflow::{RehearseWorkflow, WorkflowRehearsalView};
use crate::app::show_draw::DrawView;
use crate::app::show_workflows::{WorkflowList, WorkflowView};
use crate::domain::workflow::district::Override;
use crate::domain::workflow::{draw, svg};
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

/// How a diagram is wanted.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DiagramFormat {
    /// A picture.
    #[default]
    Svg,
    /// The text of a Mermaid state diagram.
    Mermaid,
}

/// How a diagram is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShowDiagramQuery {
    /// `svg` (a picture, also where it is left out) or `mermaid` (a text).
    #[serde(default)]
    #[param(value_type = Option<String>)]
    format: DiagramFormat,
}

/// Draws a workflow for people (流程图), the newest version.
#[utoipa::path(
    operation_id = "show_workflow_diagram",
    tag = "workflows",
    params(("name" = String, Path, example = "six-step"), ShowDiagramQuery),
    responses((status = 200, description = "图 / the picture, or its text", content(
        (String = "image/svg+xml"),
        (String = "text/plain"),
    ))),
)]
#[get("/workflows/{name}/diagram")]
pub(crate) async fn show_workflow_diagram(
    app: web::Data<App>,
    _ctx: Ctx,
    request: HttpRequest,
    query: ValidQuery<ShowDiagramQuery>,
) -> Result<HttpResponse, Failure> {
    let name = request.match_info().query("name");
    let definition = app::show_workflows::find_workflow(&app, name)?;
    let (kind, body) = match query.0.format {
        DiagramFormat::Svg => ("image/svg+xml", svg::svg(definition)),
        DiagramFormat::Mermaid => ("text/plain; charset=utf-8", draw::mermaid(definition)),
    };
    Ok(HttpResponse::Ok().content_type(kind).body(body))
}

/// A definition to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RehearseWorkflowBody {
    /// The definition file (TOML).
    definition: Text<1, 100_000>,
    /// Only orders at or below this place; all of the caller's where it is left out.
    #[serde(default)]
    org_code: Option<OrgCode>,
    /// How many orders, the newest ones; 200 where it is left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 500)]
    orders: Option<u32>,
}

/// Says what recorded orders would meet under another definition (试运行); nothing is changed.
#[utoipa::path(
    operation_id = "rehearse_workflow",
    tag = "workflows",
    params(("name" = String, Path, example = "six-step")),
    request_body = RehearseWorkflowBody,
    responses(
        (status = 200, body = WorkflowRehearsalView),
        (status = 422, description = "定义有误，逐条说明 / the definition is not sound, with every reason",
            content_type = "application/problem+json"),
    ),
)]
#[post("/workflows/{name}/dry-run")]
pub(crate) async fn rehearse_workflow(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    body: Valid<RehearseWorkflowBody>,
) -> Result<HttpResponse, Failure> {
    let wanted = RehearseWorkflow {
        name: request.match_info().query("name").to_owned(),
        definition: body.0.definition.into_string(),
        org_code: body.0.org_code,
        orders: body.0.orders.unwrap_or(200),
    };
    let view = app::rehearse_workflow::rehearse_workflow(&app, &ctx, &wanted).await?;
    Ok(ok(&view))
}

/// What a district does otherwise.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideWorkflowBody {
    /// `max_rounds`, `limits` (by clock: `hours`, `work_hours` or `work_days`, and `emergency_hours`), `review` (`panel`,
    /// `quorum`, `pass_mean_x100`, `solved_majority`), `requests` (by kind: `most`, `upper_from`, `upper_units`) and
    /// `most_parts`; what is left out stays as in the file.
    #[schema(value_type = Object)]
    changes: Override,
    /// Why: the notice or the local rule.
    reason: Line<1, 200>,
}

/// Lists what a district does otherwise than the workflow's file (区级调整), the newest version first.
#[utoipa::path(
    operation_id = "list_workflow_overrides",
    tag = "workflows",
    params(
        ("name" = String, Path, example = "six-step"),
        ("district" = String, Path, description = "六位区划代码 / six digits", example = "420105"),
    ),
    responses((status = 200, body = Page<WorkflowOverrideView>)),
)]
#[get("/workflows/{name}/overrides/{district}")]
pub(crate) async fn list_workflow_overrides(
    app: web::Data<App>,
    _ctx: Ctx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (name, district) = (
        request.match_info().query("name"),
        request.match_info().query("district"),
    );
    let page = app::override_workflow::list_workflow_overrides(&app, name, district).await?;
    Ok(ok(&page))
}

/// Publishes what a district does otherwise (区级调整): orders that begin from now on run by it, all others as before.
#[utoipa::path(
    operation_id = "override_workflow",
    tag = "workflows",
    params(
        ("name" = String, Path, example = "six-step"),
        ("district" = String, Path, description = "六位区划代码 / six digits", example = "420105"),
    ),
    request_body = OverrideWorkflowBody,
    responses(
        (status = 200, body = WorkflowOverrideView),
        (status = 422, description = "调整后的定义有误，逐条说明 / the definition would not be sound, with every reason",
            content_type = "application/problem+json"),
    ),
)]
#[put("/workflows/{name}/overrides/{district}")]
pub(crate) async fn override_workflow(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    body: Valid<OverrideWorkflowBody>,
) -> Result<HttpResponse, Failure> {
    let command = OverrideWorkflow {
        workflow: request.match_info().query("name").to_owned(),
        district: request.match_info().query("district").to_owned(),
        changes: body.0.changes,
        reason: body.0.reason.into_string(),
    };
    let view = app::override_workflow::override_workflow(&app, &ctx, command).await?;
    Ok(ok(&view))
}

/// Which orders go on by which version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MigrateOrdersBody {
    /// The version that they run by.
    from: u32,
    /// The version that they go on by.
    to: u32,
    /// Whether they are moved; otherwise they are only looked at.
    #[serde(default)]
    apply: bool,
    /// `next` of the call before.
    #[serde(default)]
    cursor: Option<String>,
}

/// Moves running orders to another version of their workflow, a page at a time (在办工单迁移); without `apply` nothing is
/// changed.
#[utoipa::path(
    operation_id = "migrate_orders",
    tag = "workflows",
    params(("name" = String, Path, example = "six-step")),
    request_body = MigrateOrdersBody,
    responses((status = 200, body = OrderMigrationView)),
)]
#[post("/workflows/{name}/migrations")]
pub(crate) async fn migrate_orders(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    body: Valid<MigrateOrdersBody>,
) -> Result<HttpResponse, Failure> {
    let command = MigrateOrders {
        workflow: request.match_info().query("name").to_owned(),
        from: body.0.from,
        to: body.0.to,
        apply: body.0.apply,
        cursor: body.0.cursor,
    };
    let view = app::migrate_orders::migrate_orders(&app, &ctx, command).await?;
    Ok(ok(&view))
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
