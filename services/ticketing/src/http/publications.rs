//! Published results, open to everybody.

use actix_web::{HttpRequest, HttpResponse, get, web};
use auth::PublicCtx;
use chassis::http::{Limit, Page, PathId, ValidQuery};
use kernel::{OrgCode, PublicationId, Timestamp};
use problem::{Failure, Kind, Message};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::atom::Feed;
use super::cached;
use crate::app::list_publications::{ListPublications, PublicationView};
use crate::app::{self, App};

/// Which publications to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PublicationQuery {
    /// 该组织及其以下 (at or below this place).
    org_code: Option<OrgCode>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

impl PublicationQuery {
    fn wanted(&self) -> ListPublications {
        ListPublications {
            org_code: self.org_code.clone(),
            cursor: self.cursor.clone(),
            limit: self.limit.size(),
        }
    }
}

/// 晒单列表 / lists published results
///
/// Newest first. No login. Texts that a person approved, figures, no persons.
#[utoipa::path(
    operation_id = "list_publications",
    tag = "publications",
    params(PublicationQuery),
    responses(
        (status = 200, description = "一页晒单 / a page", body = Page<PublicationView>),
        (status = 304, description = "未变 / not changed"),
    ),
)]
#[get("/publications")]
pub(crate) async fn list_publications(
    app: web::Data<App>,
    _ctx: PublicCtx,
    ValidQuery(query): ValidQuery<PublicationQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (items, next) = app::list_publications::list_publications(&app, &query.wanted()).await?;
    let changed = items.iter().map(|item| item.published_at).max();
    json(&request, &Page { items, next }, changed)
}

/// 查看晒单 / shows a published result
#[utoipa::path(
    operation_id = "show_publication",
    tag = "publications",
    params(("id" = PublicationId, Path)),
    responses(
        (status = 200, description = "晒单 / the result", body = PublicationView),
        (status = 304, description = "未变 / not changed"),
    ),
)]
#[get("/publications/{id}")]
pub(crate) async fn show_publication(
    app: web::Data<App>,
    _ctx: PublicCtx,
    PathId(id): PathId<PublicationId>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let view = app::list_publications::show_publication(&app, id).await?;
    json(&request, &view, Some(view.published_at))
}

/// 晒单订阅 / published results as an Atom feed
#[utoipa::path(
    operation_id = "show_publication_feed",
    tag = "publications",
    params(PublicationQuery),
    responses(
        (status = 200, description = "Atom (RFC 4287)", body = String, content_type = "application/atom+xml"),
        (status = 304, description = "未变 / not changed"),
    ),
)]
#[get("/publications.atom")]
pub(crate) async fn show_publication_feed(
    app: web::Data<App>,
    _ctx: PublicCtx,
    ValidQuery(query): ValidQuery<PublicationQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (items, next) = app::list_publications::list_publications(&app, &query.wanted()).await?;
    let feed = Feed {
        org_code: query.org_code.as_ref().map(OrgCode::as_str),
        items: &items,
        next: next.as_deref(),
    };
    let kind = "application/atom+xml; charset=utf-8";
    Ok(cached::open(&request, kind, feed.render(), feed.updated()))
}

fn json(
    request: &HttpRequest,
    view: &impl Serialize,
    changed: Option<Timestamp>,
) -> Result<HttpResponse, Failure> {
    let body = serde_json::to_string(view).map_err(|error| {
        tracing::error!(%error, "a publication does not serialise");
        problem::quick(
            Kind::Internal,
            "internal",
            Message::new("内部错误", "internal error"),
        )
    })?;
    Ok(cached::open(request, "application/json", body, changed))
}
