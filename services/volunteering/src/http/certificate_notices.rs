//! Announcements of certificates (公示) and what is held against them (异议).

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{CertificateId, OrgPath, Text, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::certificates::CertificateView;
use super::civil::ServiceDay;
use crate::app::{self, App, DecideCertificate, PageWanted};
use crate::domain::certificate::{Certificate, CertificateState, Objection};

/// A page of what lies at or below a place.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlacePageQuery {
    /// 该组织及以下 (of this place and all below).
    org_path: OrgPath,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

impl PlacePageQuery {
    /// Returns the place and the page that are asked for.
    pub(super) fn wanted(self) -> (OrgPath, PageWanted) {
        let wanted = PageWanted {
            cursor: self.cursor,
            limit: self.limit.size(),
        };
        (self.org_path, wanted)
    }
}

/// A certificate that is announced: no person, the volunteer's number alone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertificateNoticeView {
    /// 编号 (its id).
    id: CertificateId,
    /// 志愿者编号 (the volunteer number).
    volunteer_number: String,
    /// 出具单位 (organisation that is to issue it).
    issuer: OrgPath,
    /// 出具单位名称 (its name).
    office: String,
    /// 服务起始日 (first day).
    from: ServiceDay,
    /// 服务截止日 (last day).
    until: ServiceDay,
    /// 累计分钟 (minutes).
    minutes: u64,
    /// 状态：公示中或有异议 (announced, or under objection).
    state: CertificateState,
    /// 公示截止 (when the announcement ends).
    announced_until: Option<Timestamp>,
}

impl From<Certificate> for CertificateNoticeView {
    fn from(certificate: Certificate) -> Self {
        Self {
            minutes: certificate.minutes(),
            id: certificate.id,
            volunteer_number: certificate.volunteer_number,
            issuer: certificate.issuer,
            office: certificate.office.name,
            from: ServiceDay(certificate.from),
            until: ServiceDay(certificate.until),
            state: certificate.state,
            announced_until: certificate.announced_until,
        }
    }
}

/// What somebody holds against a certificate, or what is said of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateObjectionBody {
    /// 理由 (why).
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Text<1, 500>,
}

impl CertificateObjectionBody {
    fn about(self, id: CertificateId) -> DecideCertificate {
        DecideCertificate {
            id,
            reason: self.reason.into_string(),
        }
    }
}

/// What is held against a certificate: never by whom.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertificateObjectionView {
    /// 理由 (why).
    reason: String,
    /// 提出时间 (when).
    at: Timestamp,
    /// 不成立的理由，未处理则无 (why it did not stand; absent while nobody has decided).
    answer: Option<String>,
}

impl From<Objection> for CertificateObjectionView {
    fn from(objection: Objection) -> Self {
        Self {
            reason: objection.reason,
            at: objection.at,
            answer: objection.answer,
        }
    }
}

/// 证明公示 / lists the certificates that are announced at or below a place, the newest first
#[utoipa::path(
    operation_id = "list_certificate_notices",
    tag = "certificates",
    params(PlacePageQuery),
    responses((status = 200, description = "一页公示 / a page of announcements", body = Page<CertificateNoticeView>)),
)]
#[get("/certificates")]
pub(crate) async fn list_certificate_notices(
    app: web::Data<App>,
    _ctx: Ctx,
    query: ValidQuery<PlacePageQuery>,
) -> Result<HttpResponse, Failure> {
    let (place, wanted) = query.0.wanted();
    let (found, next) = app::list_notices(&app, &place, &wanted).await?;
    let items = found.into_iter().map(CertificateNoticeView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 提出异议 / objects to a certificate that is announced; it waits until somebody has decided
#[utoipa::path(
    operation_id = "open_certificate_objection",
    tag = "certificates",
    params(("id" = CertificateId, Path, description = "证明 / its id")),
    request_body = CertificateObjectionBody,
    responses(
        (status = 204, description = "已受理 / taken"),
        (status = 409, description = "不在公示期，或异议已足够多 / not announced any more, or objected to often enough", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/certificates/{id}/objections")]
pub(crate) async fn open_certificate_objection(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<CertificateId>,
    body: Valid<CertificateObjectionBody>,
) -> Result<HttpResponse, Failure> {
    let command = body.0.about(id.0);
    let key = ctx.idempotency(&command);
    app::open_certificate_objection(&app, &ctx, key.as_ref(), &command).await?;
    Ok(http::no_content())
}

/// 证明的异议 / lists what is held against a certificate, for those who decide about it; never by whom
///
/// The `ETag` is the version to decide on: with it in `If-Match` no objection is dismissed unread.
#[utoipa::path(
    operation_id = "list_certificate_objections",
    tag = "certificates",
    params(("id" = CertificateId, Path, description = "证明 / its id")),
    responses((status = 200, description = "全部异议，先提出的在前 / all of them, the oldest first", body = Page<CertificateObjectionView>)),
)]
#[get("/certificates/{id}/objections")]
pub(crate) async fn list_certificate_objections(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<CertificateId>,
) -> Result<HttpResponse, Failure> {
    let certificate = app::show_objections(&app, &ctx, id.0).await?;
    let version = certificate.version;
    let items = certificate.objections.into_iter();
    let items = items.map(CertificateObjectionView::from).collect();
    Ok(http::ok_with_etag(version, &Page { items, next: None }))
}

/// 异议不成立 / dismisses the objections to a certificate; where they are right it is revoked instead
#[utoipa::path(
    operation_id = "answer_certificate_objections",
    tag = "certificates",
    params(("id" = CertificateId, Path, description = "证明 / its id")),
    request_body = CertificateObjectionBody,
    responses(
        (status = 200, description = "继续公示 / announced again", body = CertificateView),
        (status = 409, description = "没有待处理的异议 / no objection stands", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/certificates/{id}/objections/dismiss")]
pub(crate) async fn answer_certificate_objections(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<CertificateId>,
    body: Valid<CertificateObjectionBody>,
) -> Result<HttpResponse, Failure> {
    let command = body.0.about(id.0);
    let key = ctx.idempotency(&command);
    let answered = app::dismiss_objections(&app, &ctx, key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        answered.version,
        &CertificateView::from(answered),
    ))
}
