//! Kept searches.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use auth::Ctx;
use chassis::http::{Valid, no_content, ok};
use problem::Failure;

use crate::app::saved_views::{SavedFilter, SavedViewView, SavedViewsView};
use crate::{App, app};

/// Lists the caller's kept searches (常用视图).
#[utoipa::path(
    operation_id = "list_saved_views",
    tag = "orders",
    responses((status = 200, body = SavedViewsView)),
)]
#[get("/saved-views")]
pub(crate) async fn list_saved_views(
    app: web::Data<App>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    Ok(ok(&app::saved_views::list_searches(&app, &ctx).await?))
}

/// Keeps a search under a name, in the place of one of the same name (保存视图).
#[utoipa::path(
    operation_id = "save_view",
    tag = "orders",
    params(("name" = String, Path, description = "名称，1 至 40 字 / name, 1 to 40 characters", example = "本周超期")),
    request_body = SavedFilter,
    responses(
        (status = 200, body = SavedViewView),
        (status = 409, description = "视图过多 / too many are kept", content_type = "application/problem+json"),
    ),
)]
#[put("/saved-views/{name}")]
pub(crate) async fn save_view(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    body: Valid<SavedFilter>,
) -> Result<HttpResponse, Failure> {
    let name = request.match_info().query("name").to_owned();
    let saved = app::saved_views::save_search(&app, &ctx, name, body.0).await?;
    Ok(ok(&saved))
}

/// Removes a kept search; that there is none is fine (删除视图).
#[utoipa::path(
    operation_id = "remove_view",
    tag = "orders",
    params(("name" = String, Path, description = "名称 / name", example = "本周超期")),
    responses((status = 204, description = "已删除 / removed")),
)]
#[delete("/saved-views/{name}")]
pub(crate) async fn remove_view(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let name = request.match_info().query("name");
    app::saved_views::remove_search(&app, &ctx, name).await?;
    Ok(no_content())
}
