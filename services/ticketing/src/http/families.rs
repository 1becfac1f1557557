//! Orders that become part of others, are taken apart, or are split; numbers that lead to them (并案、拆案、分案).

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{PathId, Valid, created, ok, ok_with_etag};
use kernel::{AttachmentId, Line, OrderId, OrgCode, Text};
use problem::Failure;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::merge_orders::{MergeOrder, TakeOrdersApart};
use crate::app::show_family::{NumberedOrder, OrderFamily};
use crate::app::split_order::SplitOrder;
use crate::app::view::OrderView;
use crate::{App, app};

/// Most photos that go along to the second matter.
const MOST_PHOTOS: usize = 20;

/// An order that goes on with another one in it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeOrderBody {
    /// The order that goes on.
    into: OrderId,
    /// Why the two are one matter.
    reason: Text<1, 500>,
}

/// The end of a merge.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeOrdersApartBody {
    /// Why the two are not one matter.
    reason: Text<1, 500>,
}

/// The second matter of an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitOrderBody {
    /// What it is about, in a line.
    title: Line<1, 100>,
    /// The matter.
    content: Text<1, 5000>,
    /// The category; proposed from the text where it is left out.
    #[serde(default)]
    category: Option<String>,
    /// The place that it belongs to, of the same district; that of the first matter where it is left out.
    #[serde(default)]
    org_code: Option<OrgCode>,
    /// The photos that show it; they go along.
    #[serde(default)]
    #[schema(max_items = 20)]
    photos: Vec<AttachmentId>,
    /// An id made by the app, so that a request sent twice makes one order.
    #[serde(default)]
    client_id: Option<OrderId>,
}

/// Makes an order part of another open one (并案). Whoever asked for it follows the other one; both numbers lead there.
#[utoipa::path(
    operation_id = "merge_order",
    tag = "orders",
    params(
        ("id" = OrderId, Path),
        ("If-Match" = Option<String>, Header, description = "已见版本 / version that the caller has seen"),
    ),
    request_body = MergeOrderBody,
    responses(
        (status = 200, body = OrderView, headers(("ETag" = String))),
        (status = 409, description = "当前状态不能并案 / not in the present state", content_type = "application/problem+json"),
    ),
)]
#[post("/orders/{id}/merge")]
pub(crate) async fn merge_order(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
    body: Valid<MergeOrderBody>,
) -> Result<HttpResponse, Failure> {
    let command = MergeOrder {
        id: id.0,
        into: body.0.into,
        reason: body.0.reason.into_string(),
    };
    let view = app::merge_orders::merge_order(&app, &ctx, command).await?;
    Ok(ok_with_etag(view.version, &view))
}

/// Takes an order out of the one that it is part of (拆案), until one of the two has moved on.
#[utoipa::path(
    operation_id = "take_orders_apart",
    tag = "orders",
    params(
        ("id" = OrderId, Path),
        ("If-Match" = Option<String>, Header, description = "已见版本 / version that the caller has seen"),
    ),
    request_body = TakeOrdersApartBody,
    responses(
        (status = 200, body = OrderView, headers(("ETag" = String))),
        (status = 409, description = "未并案，或已有流转 / not merged, or moved on since",
            content_type = "application/problem+json"),
    ),
)]
#[post("/orders/{id}/take-apart")]
pub(crate) async fn take_orders_apart(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
    body: Valid<TakeOrdersApartBody>,
) -> Result<HttpResponse, Failure> {
    let command = TakeOrdersApart {
        id: id.0,
        reason: body.0.reason.into_string(),
    };
    let view = app::merge_orders::take_orders_apart(&app, &ctx, command).await?;
    Ok(ok_with_etag(view.version, &view))
}

/// Makes an order of its own out of the second matter of an order (分案); each names the other.
#[utoipa::path(
    operation_id = "split_order",
    tag = "orders",
    params(
        ("id" = OrderId, Path),
        ("If-Match" = Option<String>, Header, description = "已见版本 / version that the caller has seen"),
    ),
    request_body = SplitOrderBody,
    responses(
        (status = 201, body = OrderView, headers(("Location" = String), ("ETag" = String))),
        (status = 409, description = "工单已结束，或编号已用 / the order has ended, or the id is taken",
            content_type = "application/problem+json"),
    ),
)]
#[post("/orders/{id}/split")]
pub(crate) async fn split_order(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
    body: Valid<SplitOrderBody>,
) -> Result<HttpResponse, Failure> {
    let body = body.0;
    if body.photos.len() > MOST_PHOTOS {
        return Err(app::merge_error::MergeError::UnknownPhotos.into());
    }
    let command = SplitOrder {
        id: id.0,
        title: body.title.into_string(),
        content: body.content.into_string(),
        category: body.category,
        org_code: body.org_code,
        photos: body.photos,
        client_id: body.client_id,
    };
    let view = app::split_order::split_order(&app, &ctx, command).await?;
    let location = format!("/api/ticketing/v1/orders/{}", view.id);
    Ok(created(&location, view.version, &view))
}

/// Shows what an order is part of, what is part of it, and what it was split off from.
#[utoipa::path(
    operation_id = "show_order_family",
    tag = "orders",
    params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderFamily)),
)]
#[get("/orders/{id}/family")]
pub(crate) async fn show_order_family(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
) -> Result<HttpResponse, Failure> {
    Ok(ok(&app::show_family::show_family(&app, &ctx, id.0).await?))
}

/// Leads from a number that people use to the order that goes on: that of a merged order to the one it is part of.
#[utoipa::path(
    operation_id = "find_order_by_number",
    tag = "orders",
    params(("number" = String, Path, example = "LB20261122-7K2MQ9XR")),
    responses((status = 200, body = NumberedOrder)),
)]
#[get("/order-numbers/{number}")]
pub(crate) async fn find_order_by_number(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let number = request.match_info().query("number");
    let found = app::show_family::find_order_by_number(&app, &ctx, number).await?;
    Ok(ok(&found))
}
