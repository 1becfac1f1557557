//! Following orders of others.

use actix_web::{HttpResponse, delete, get, put, web};
use auth::Ctx;
use chassis::http::{Page, PathId, ValidQuery, no_content, ok};
use kernel::OrderId;
use problem::Failure;

use super::orders::PageQuery;
use crate::app::follow_order::FollowedOrderView;
use crate::{App, app};

/// Follows an order instead of opening one of one's own (关注); again is fine.
#[utoipa::path(
    operation_id = "follow_order",
    tag = "orders",
    params(("id" = OrderId, Path)),
    responses(
        (status = 204, description = "已关注 / followed"),
        (status = 409, description = "关注过多 / too many are followed", content_type = "application/problem+json"),
    ),
)]
#[put("/follows/{id}")]
pub(crate) async fn follow_order(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
) -> Result<HttpResponse, Failure> {
    app::follow_order::follow_order(&app, &ctx, id.0).await?;
    Ok(no_content())
}

/// Follows an order no longer (取消关注).
#[utoipa::path(
    operation_id = "unfollow_order",
    tag = "orders",
    params(("id" = OrderId, Path)),
    responses((status = 204, description = "不再关注 / not followed")),
)]
#[delete("/follows/{id}")]
pub(crate) async fn unfollow_order(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
) -> Result<HttpResponse, Failure> {
    app::follow_order::unfollow_order(&app, &ctx, id.0).await?;
    Ok(no_content())
}

/// Lists the orders that the caller follows, the newest first (我的关注).
#[utoipa::path(
    operation_id = "list_follows",
    tag = "orders",
    params(PageQuery),
    responses((status = 200, body = Page<FollowedOrderView>)),
)]
#[get("/follows")]
pub(crate) async fn list_follows(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let PageQuery { cursor, limit } = query.0;
    let page = app::follow_order::list_follows(&app, &ctx, cursor.as_deref(), limit).await?;
    Ok(ok(&page))
}
