//! Published bulletins, open to everybody.

use actix_web::{HttpRequest, HttpResponse, get, web};
use auth::PublicCtx;
use chassis::http::{Limit, Page, ValidQuery};
use kernel::{OrgCode, Timestamp};
use problem::{Failure, Kind, Message};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{bulletin_pages, cached};
use crate::app::list_bulletins::{BulletinError, BulletinRootView, BulletinView, ListBulletins};
use crate::app::{self, App};

/// Which bulletins to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BulletinQuery {
    /// 该组织 (of this place).
    org_code: Option<OrgCode>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

impl BulletinQuery {
    fn wanted(&self) -> ListBulletins {
        ListBulletins {
            org_code: self.org_code.clone(),
            cursor: self.cursor.clone(),
            limit: self.limit.size(),
        }
    }
}

/// 公报列表 / lists published bulletins
///
/// The end of the chain first. No login.
#[utoipa::path(
    operation_id = "list_bulletins",
    tag = "bulletins",
    params(BulletinQuery),
    responses(
        (status = 200, description = "一页公报 / a page", body = Page<BulletinView>),
        (status = 304, description = "未变 / not changed"),
    ),
)]
#[get("/bulletins")]
pub(crate) async fn list_bulletins(
    app: web::Data<App>,
    _ctx: PublicCtx,
    ValidQuery(query): ValidQuery<BulletinQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (items, next) = app::list_bulletins::list_bulletins(&app, &query.wanted()).await?;
    let changed = items.first().map(|item| item.published_at);
    json(&request, &Page { items, next }, changed)
}

/// 月度默克尔根 / lists the roots of months
///
/// Over the hashes of the bulletins of each month that is over, the newest first.
#[utoipa::path(
    operation_id = "list_bulletin_roots",
    tag = "bulletins",
    responses(
        (status = 200, description = "根 / the roots", body = Vec<BulletinRootView>),
        (status = 304, description = "未变 / not changed"),
    ),
)]
#[get("/bulletins/roots")]
pub(crate) async fn list_bulletin_roots(
    app: web::Data<App>,
    _ctx: PublicCtx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let roots = app::list_bulletins::list_bulletin_roots(&app).await?;
    json(&request, &roots, None)
}

/// 公报订阅 / published bulletins as an Atom feed
#[utoipa::path(
    operation_id = "show_bulletin_feed",
    tag = "bulletins",
    params(BulletinQuery),
    responses(
        (status = 200, description = "Atom (RFC 4287)", body = String, content_type = "application/atom+xml"),
        (status = 304, description = "未变 / not changed"),
    ),
)]
#[get("/bulletins.atom")]
pub(crate) async fn show_bulletin_feed(
    app: web::Data<App>,
    _ctx: PublicCtx,
    ValidQuery(query): ValidQuery<BulletinQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (items, next) = app::list_bulletins::list_bulletins(&app, &query.wanted()).await?;
    let changed = items.first().map(|item| item.published_at);
    let code = query.org_code.as_ref().map(OrgCode::as_str);
    let feed = bulletin_pages::atom(&items, code, next.as_deref());
    let kind = "application/atom+xml; charset=utf-8";
    Ok(cached::open(&request, kind, feed, changed))
}

/// 查看公报 / shows the bulletin of a place and a quarter
///
/// `body` is what the hash is of; how to check it by hand is written in the service's README.
#[utoipa::path(
    operation_id = "show_bulletin",
    tag = "bulletins",
    params(
        ("code" = OrgCode, Path, description = "地点 / place"),
        ("period" = String, Path, description = "季度 / quarter", example = "2026Q3"),
    ),
    responses(
        (status = 200, description = "公报 / the bulletin", body = BulletinView),
        (status = 304, description = "未变 / not changed"),
    ),
)]
#[get("/bulletins/{code}/{period}")]
pub(crate) async fn show_bulletin(
    app: web::Data<App>,
    _ctx: PublicCtx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let view = find(&app, &request).await?;
    json(&request, &view, Some(view.published_at))
}

/// 公报数据表 / the bulletin as CSV
#[utoipa::path(
    operation_id = "show_bulletin_sheet",
    tag = "bulletins",
    params(
        ("code" = OrgCode, Path, description = "地点 / place"),
        ("period" = String, Path, description = "季度 / quarter", example = "2026Q3"),
    ),
    responses(
        (status = 200, description = "CSV (RFC 4180, UTF-8)", body = String, content_type = "text/csv"),
        (status = 304, description = "未变 / not changed"),
    ),
)]
#[get("/bulletins/{code}/{period}/sheet.csv")]
pub(crate) async fn show_bulletin_sheet(
    app: web::Data<App>,
    _ctx: PublicCtx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let view = find(&app, &request).await?;
    let sheet = bulletin_pages::csv(&app, &view);
    let kind = "text/csv; charset=utf-8";
    Ok(cached::open(&request, kind, sheet, Some(view.published_at)))
}

/// 公报张贴页 / the bulletin as a page for notice boards and screens
#[utoipa::path(
    operation_id = "show_bulletin_page",
    tag = "bulletins",
    params(
        ("code" = OrgCode, Path, description = "地点 / place"),
        ("period" = String, Path, description = "季度 / quarter", example = "2026Q3"),
    ),
    responses(
        (status = 200, description = "HTML", body = String, content_type = "text/html"),
        (status = 304, description = "未变 / not changed"),
    ),
)]
#[get("/bulletins/{code}/{period}/page.html")]
pub(crate) async fn show_bulletin_page(
    app: web::Data<App>,
    _ctx: PublicCtx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let view = find(&app, &request).await?;
    let page = bulletin_pages::html(&app, &view);
    let kind = "text/html; charset=utf-8";
    Ok(cached::open(&request, kind, page, Some(view.published_at)))
}

async fn find(app: &App, request: &HttpRequest) -> Result<BulletinView, Failure> {
    let (code, period) = (
        request.match_info().query("code"),
        request.match_info().query("period"),
    );
    let Ok(place) = code.parse::<OrgCode>() else {
        return Err(problem::quick(
            Kind::NotFound,
            "bulletin-not-found",
            Message::new("没有这份公报", "there is no such bulletin"),
        ));
    };
    let shown = app::list_bulletins::show_bulletin(app, &place, period).await;
    shown.map_err(|error: BulletinError| error.into())
}

fn json(
    request: &HttpRequest,
    view: &impl Serialize,
    changed: Option<Timestamp>,
) -> Result<HttpResponse, Failure> {
    let body = serde_json::to_string(view).map_err(|error| {
        tracing::error!(%error, "a bulletin does not serialise");
        problem::quick(
            Kind::Internal,
            "internal",
            Message::new("内部错误", "internal error"),
        )
    })?;
    Ok(cached::open(request, "application/json", body, changed))
}
