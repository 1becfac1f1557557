//! Certificates that volunteers ask for (申请证明).

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Page, PathId, Valid, ValidQuery};
use kernel::{CertificateId, CertificateRequestId, OrgPath, Text, Timestamp, Version, VolunteerId};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::certificate_notices::PlacePageQuery;
use super::civil::ServiceDay;
use super::sign_ups::SignUpQuery;
use crate::app::{self, App, RefuseCertificateRequest, RequestCertificate};
use crate::domain::certificate_request::{CertificateRequest, CertificateRequestState};

/// The days of which a certificate is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestCertificateBody {
    /// 服务起始日 (first day of the service).
    from: ServiceDay,
    /// 服务截止日 (last day of the service).
    until: ServiceDay,
}

/// Why no certificate is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefuseCertificateRequestBody {
    /// 理由，申请人可见 (why, as whoever asked reads it).
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Text<1, 500>,
}

/// A request for a certificate (证明申请).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertificateRequestView {
    /// 编号 (its id).
    id: CertificateRequestId,
    /// 志愿者 (the volunteer).
    volunteer_id: VolunteerId,
    /// 受理单位 (who was asked).
    org_path: OrgPath,
    /// 服务起始日 (first day).
    from: ServiceDay,
    /// 服务截止日 (last day).
    until: ServiceDay,
    /// 状态 (state).
    state: CertificateRequestState,
    /// 所出具的证明 (the certificate that was made).
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_id: Option<CertificateId>,
    /// 不予出具的理由 (why none was made).
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// 版本 (its version).
    version: Version,
    /// 申请时间 (when it was asked for).
    created_at: Timestamp,
    /// 更新时间 (when it last changed).
    updated_at: Timestamp,
}

impl From<CertificateRequest> for CertificateRequestView {
    fn from(request: CertificateRequest) -> Self {
        Self {
            id: request.id,
            volunteer_id: request.volunteer,
            org_path: request.place,
            from: ServiceDay(request.from),
            until: ServiceDay(request.until),
            state: request.state,
            certificate_id: request.certificate,
            reason: request.reason,
            version: request.version,
            created_at: request.created_at,
            updated_at: request.updated_at,
        }
    }
}

fn page((found, next): (Vec<CertificateRequest>, Option<String>)) -> HttpResponse {
    let items = found.into_iter().map(CertificateRequestView::from);
    http::ok(&Page {
        items: items.collect(),
        next,
    })
}

/// 申请证明 / asks those who run the caller's home for a certificate of the confirmed service of some days
///
/// One request at a time. It is answered by a certificate that names it, or refused with a reason.
#[utoipa::path(
    operation_id = "request_my_certificate",
    tag = "certificates",
    request_body = RequestCertificateBody,
    responses(
        (status = 201, description = "已受理 / taken", body = CertificateRequestView),
        (status = 404, description = "尚未注册 / not registered", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "没有已确认的服务，或已有申请待办理 / nothing to certify, or another request waits", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/me/certificate-requests")]
pub(crate) async fn request_my_certificate(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<RequestCertificateBody>,
) -> Result<HttpResponse, Failure> {
    let command = RequestCertificate {
        from: body.0.from.0,
        until: body.0.until.0,
    };
    let key = ctx.idempotency(&command);
    let made = app::request_certificate(&app, &ctx, key.as_ref(), &command).await?;
    let location = "/api/volunteering/v1/me/certificate-requests";
    let (version, view) = (made.version, CertificateRequestView::from(made));
    Ok(http::created(location, version, &view))
}

/// 我的证明申请 / lists the caller's requests for certificates, the newest first
#[utoipa::path(
    operation_id = "list_my_certificate_requests",
    tag = "certificates",
    params(SignUpQuery),
    responses((status = 200, description = "一页申请 / a page of requests", body = Page<CertificateRequestView>)),
)]
#[get("/me/certificate-requests")]
pub(crate) async fn list_my_certificate_requests(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<SignUpQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = query.0.wanted();
    Ok(page(
        app::list_my_certificate_requests(&app, &ctx, &wanted).await?,
    ))
}

/// 待办理的证明申请 / lists the requests at or below a place that nobody has decided on, the newest first
#[utoipa::path(
    operation_id = "list_certificate_requests",
    tag = "certificates",
    params(PlacePageQuery),
    responses((status = 200, description = "一页申请 / a page of requests", body = Page<CertificateRequestView>)),
)]
#[get("/certificate-requests")]
pub(crate) async fn list_certificate_requests(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<PlacePageQuery>,
) -> Result<HttpResponse, Failure> {
    let (place, wanted) = query.0.wanted();
    let found = app::list_open_certificate_requests(&app, &ctx, &place, &wanted).await?;
    Ok(page(found))
}

/// 不予出具证明 / refuses a request, with a reason; a certificate that names it answers it otherwise
#[utoipa::path(
    operation_id = "refuse_certificate_request",
    tag = "certificates",
    params(("id" = CertificateRequestId, Path, description = "申请 / its id")),
    request_body = RefuseCertificateRequestBody,
    responses(
        (status = 200, description = "不予出具 / refused", body = CertificateRequestView),
        (status = 409, description = "已办理 / decided before", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/certificate-requests/{id}/refuse")]
pub(crate) async fn refuse_certificate_request(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<CertificateRequestId>,
    body: Valid<RefuseCertificateRequestBody>,
) -> Result<HttpResponse, Failure> {
    let command = RefuseCertificateRequest {
        id: id.0,
        reason: body.0.reason.into_string(),
    };
    let key = ctx.idempotency(&command);
    let refused = app::refuse_certificate_request(&app, &ctx, key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        refused.version,
        &CertificateRequestView::from(refused),
    ))
}
