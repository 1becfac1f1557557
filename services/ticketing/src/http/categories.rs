//! The tree of categories.

use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::ok;

use crate::app::list_categories::CategoryTreeView;
use crate::{App, app};

/// 诉求分类 / lists the categories that a matter may have
///
/// Up to four levels; each category stands behind the one that it is part of.
#[utoipa::path(
    operation_id = "list_categories",
    tag = "orders",
    responses((status = 200, description = "分类 / the categories", body = CategoryTreeView)),
)]
#[get("/categories")]
pub(crate) async fn list_categories(app: web::Data<App>, ctx: Ctx) -> HttpResponse {
    ok(&app::list_categories::list_categories(&app, &ctx))
}
