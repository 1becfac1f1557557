//! Published results, open to everybody.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use auth::{Ctx, PublicCtx};
use chassis::http::{Limit, Page, PathId, Valid, ValidQuery, ok};
use kernel::{OrgCode, PublicationId, Text, Timestamp};
use problem::{Failure, Kind, Message};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::atom::Feed;
use super::cached;
use crate::app::list_publications::{ListPublications, PublicationView};
use crate::app::withdraw_publication::{WithdrawPublication, WithdrawnPublicationView};
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
    let page = app::list_publications::list_publications(&app, &query.wanted()).await?;
    let changed = page.changed();
    let (items, next) = (page.items, page.next);
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
    let page = app::list_publications::list_publications(&app, &query.wanted()).await?;
    let feed = Feed {
        org_code: query.org_code.as_ref().map(OrgCode::as_str),
        is_first: query.cursor.is_none(),
        page: &page,
    };
    let kind = "application/atom+xml; charset=utf-8";
    Ok(cached::open(&request, kind, feed.render(), feed.updated()))
}

/// Why a publication is taken down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawPublicationBody {
    /// 理由，供承办和审核人员查看；勿写个人信息 (why, for those who work on the order; no personal data).
    reason: Text<2, 500>,
}

/// 撤下晒单 / takes a published result down
///
/// As when personal data slipped through: nobody is shown it any more, its texts are erased, and the feed says that it was
/// taken down. By who approved it, or the district's operators. What was counted stays counted.
#[utoipa::path(
    operation_id = "withdraw_publication",
    tag = "publications",
    params(("id" = PublicationId, Path)),
    request_body = WithdrawPublicationBody,
    responses(
        (status = 200, description = "已撤下 / taken down", body = WithdrawnPublicationView),
        (status = 409, description = "刚被他人撤下，请重试 / somebody else has just taken it down; try again",
            content_type = "application/problem+json"),
    ),
)]
#[post("/publications/{id}/withdraw")]
pub(crate) async fn withdraw_publication(
    app: web::Data<App>,
    ctx: Ctx,
    PathId(id): PathId<PublicationId>,
    body: Valid<WithdrawPublicationBody>,
) -> Result<HttpResponse, Failure> {
    let command = WithdrawPublication {
        id,
        reason: body.0.reason.into_string(),
    };
    let view = app::withdraw_publication::withdraw_publication(&app, &ctx, command).await?;
    Ok(ok(&view))
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
