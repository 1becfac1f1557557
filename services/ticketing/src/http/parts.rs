//! Assisting units: asking for their part, listing and taking parts further (协办).

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Limit, Page, PathId, Valid, ValidQuery, created, ok, ok_with_etag};
use kernel::{OrderId, OrgCode, Text};
use problem::Failure;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::assist_order::{AskForPart, TakePartStep};
use crate::app::list_parts::ListParts;
use crate::app::part_view::{OrderPartView, PartError};
use crate::domain::assist::{AssistRefusal, PartState};
use crate::{App, app};

/// A unit to be asked for its part of an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskForOrderPartBody {
    /// The assisting unit (协办单位), of the order's district.
    unit: OrgCode,
    /// What it is asked for.
    asked: Text<1, 1000>,
}

/// A step of an assisting unit's part.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeOrderPartStepBody {
    /// The result, or the reason; of `accept` nothing.
    #[serde(default)]
    text: Option<Text<1, 2000>>,
}

/// Which parts a list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListPartsQuery {
    /// Only those in this state, `asked` where it is left out: `asked`, `accepted`, `done`, `returned`, `waived`,
    /// `lapsed`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    state: Option<PartState>,
    /// Only those of units at or below this node.
    #[serde(default)]
    org_code: Option<OrgCode>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Most items of the page.
    #[serde(default)]
    limit: Limit,
}

/// Asks another unit for its part of an order (请求协办); it has a time limit of its own.
#[utoipa::path(
    operation_id = "ask_for_part",
    tag = "parts",
    params(
        ("id" = OrderId, Path),
        ("If-Match" = Option<String>, Header, description = "已见工单版本 / version of the order that the caller has seen"),
    ),
    request_body = AskForOrderPartBody,
    responses(
        (status = 201, body = OrderPartView, headers(("Location" = String), ("ETag" = String))),
        (status = 409, description = "当前状态不能请求，或该单位已在办理 / not now, or the unit has it",
            content_type = "application/problem+json"),
    ),
)]
#[post("/orders/{id}/parts")]
pub(crate) async fn ask_for_part(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
    body: Valid<AskForOrderPartBody>,
) -> Result<HttpResponse, Failure> {
    let command = AskForPart {
        order_id: id.0,
        unit: body.0.unit,
        asked: body.0.asked.into_string(),
    };
    let view = app::assist_order::ask_for_part(&app, &ctx, command).await?;
    let location = format!("/api/ticketing/v1/orders/{}/parts", view.order_id);
    Ok(created(&location, view.order_version, &view))
}

/// Lists the parts of an order, by number; what was asked and answered is for those who work on the order.
#[utoipa::path(
    operation_id = "list_order_parts",
    tag = "parts",
    params(("id" = OrderId, Path)),
    responses((status = 200, body = Page<OrderPartView>)),
)]
#[get("/orders/{id}/parts")]
pub(crate) async fn list_order_parts(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
) -> Result<HttpResponse, Failure> {
    Ok(ok(
        &app::list_parts::list_order_parts(&app, &ctx, id.0).await?
    ))
}

/// Lists the parts that wait for units of the caller's part of the organisation tree, the oldest order first (协办任务).
#[utoipa::path(
    operation_id = "list_parts",
    tag = "parts",
    params(ListPartsQuery),
    responses((status = 200, body = Page<OrderPartView>)),
)]
#[get("/parts")]
pub(crate) async fn list_parts(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ListPartsQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let wanted = ListParts {
        state: query.state.unwrap_or(PartState::Asked),
        org_code: query.org_code,
        cursor: query.cursor,
        limit: query.limit,
    };
    Ok(ok(&app::list_parts::list_parts(&app, &ctx, wanted).await?))
}

/// Takes a step of a part: `accept` 接收, `finish` 反馈, `hand_back` 退回, or, for the lead, `waive` 无需协办.
#[utoipa::path(
    operation_id = "take_part_step",
    tag = "parts",
    params(
        ("id" = OrderId, Path),
        ("number" = u32, Path, example = 1),
        ("step" = String, Path, example = "accept"),
        ("If-Match" = Option<String>, Header, description = "已见工单版本 / version of the order that the caller has seen"),
    ),
    request_body = TakeOrderPartStepBody,
    responses(
        (status = 200, body = OrderPartView, headers(("ETag" = String))),
        (status = 409, description = "当前状态不能执行 / out of order", content_type = "application/problem+json"),
    ),
)]
#[post("/orders/{id}/parts/{number}/steps/{step}")]
pub(crate) async fn take_part_step(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
    request: HttpRequest,
    body: Valid<TakeOrderPartStepBody>,
) -> Result<HttpResponse, Failure> {
    let path = request.match_info();
    let number = path.query("number").parse::<u32>();
    let command = TakePartStep {
        order_id: id.0,
        number: number.map_err(|_| PartError::from(AssistRefusal::NoSuchPart))?,
        step: path.query("step").to_owned(),
        text: body.0.text.map(Text::into_string),
    };
    let view = app::assist_order::take_part_step(&app, &ctx, command).await?;
    Ok(ok_with_etag(view.order_version, &view))
}
