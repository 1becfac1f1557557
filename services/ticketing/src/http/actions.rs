//! Actions on orders.

use actix_web::{HttpRequest, HttpResponse, post, web};
use auth::Ctx;
use chassis::http::{PathId, Valid, ok, ok_with_etag};
use kernel::{OrderId, Version};
use problem::Failure;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::act_on_order::ActOnOrder;
use crate::app::act_on_orders::{ActOnOrders, BulkResultsView};
use crate::app::view::OrderView;
use crate::{App, app};

/// Takes an action (流转); the legal ones and their forms come with the order.
#[utoipa::path(
    operation_id = "act_on_order",
    tag = "orders",
    params(
        ("id" = OrderId, Path),
        ("action" = String, Path, description = "动作名 / name of the action"),
        ("If-Match" = Option<String>, Header, description = "已见版本 / version that the caller has seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / repeats have one effect"),
    ),
    request_body(content = Object, description = "动作表单 / the filled-in form of the action"),
    responses(
        (status = 200, body = OrderView, headers(("ETag" = String))),
        (status = 409, description = "当前状态不能执行，或已被他人修改 / out of order, or changed meanwhile",
            content_type = "application/problem+json"),
    ),
)]
#[post("/orders/{id}/actions/{action}")]
pub(crate) async fn act_on_order(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
    request: HttpRequest,
    body: Valid<Value>,
) -> Result<HttpResponse, Failure> {
    let command = ActOnOrder {
        id: id.0,
        action: request.match_info().query("action").to_owned(),
        input: body.0,
    };
    let view = app::act_on_order::act_on_order(&app, &ctx, command).await?;
    Ok(ok_with_etag(view.version, &view))
}

/// An order of several.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkOrderBody {
    /// The order.
    id: OrderId,
    /// The version that the caller has seen.
    #[serde(default)]
    version: Option<Version>,
}

/// An action on several orders.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActOnOrdersBody {
    /// The orders, each once.
    #[schema(min_items = 1, max_items = 100)]
    orders: Vec<BulkOrderBody>,
    /// The form of the action, filled in for all of them.
    #[serde(default)]
    #[schema(value_type = Object)]
    form: serde_json::Map<String, Value>,
}

/// Takes one action on up to 100 orders (批量流转); each succeeds or is refused by itself.
#[utoipa::path(
    operation_id = "act_on_orders",
    tag = "orders",
    params(
        ("action" = String, Path, description = "动作名 / name of the action"),
        ("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / repeats have one effect"),
    ),
    request_body = ActOnOrdersBody,
    responses((status = 200, description = "逐单结果 / a result of each order", body = BulkResultsView)),
)]
#[post("/bulk-actions/{action}")]
pub(crate) async fn act_on_orders(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    body: Valid<ActOnOrdersBody>,
) -> Result<HttpResponse, Failure> {
    let orders = body.0.orders.into_iter();
    let command = ActOnOrders {
        orders: orders.map(|order| (order.id, order.version)).collect(),
        action: request.match_info().query("action").to_owned(),
        input: Value::Object(body.0.form),
    };
    let done = app::act_on_orders::act_on_orders(&app, &ctx, command).await?;
    Ok(ok(&done))
}
