use actix_web::{HttpResponse, get, post, web};
use auth::{Ctx, PublicCtx};
use chassis::http::{self, Page, PathId, Valid, ValidQuery};
use kernel::{
    AccountId, CertificateId, CertificateRequestId, Line, OrgPath, Text, Timestamp, Version,
    VolunteerId,
};
use problem::{Failure, Problem};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::civil::ServiceDay;
use super::sign_ups::SignUpQuery;
use crate::app::{self, App, IssueCertificate, RevokeCertificate};
use crate::domain::certificate::{Certificate, CertificateEnd, CertificateState, Office};

/// The certificate that a new one takes the place of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateCorrection {
    /// 原证明 (the one that is corrected).
    certificate_id: CertificateId,
    /// 更正原因 (why).
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Text<1, 500>,
}

/// A certificate to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueCertificateBody {
    /// 服务起始日 (first day of the service).
    from: ServiceDay,
    /// 服务截止日 (last day of the service).
    until: ServiceDay,
    /// 出具单位名称，将印于证明 (name of the office, as it is printed).
    #[schema(value_type = String, min_length = 1, max_length = 60)]
    office: Line<1, 60>,
    /// 负责人，不得为志愿者本人 (who is in charge; never the volunteer).
    person_in_charge: AccountId,
    /// 单位联系方式，不得填个人电话 (how the office is reached; no number of a person).
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 60)]
    contact: Option<Line<1, 60>>,
    /// 更正 (the one that it corrects).
    #[serde(default)]
    corrects: Option<CertificateCorrection>,
    /// 所办理的证明申请，起止日期须一致 (the request that it answers, of the same days).
    #[serde(default)]
    request_id: Option<CertificateRequestId>,
}

/// Why a certificate is revoked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokeCertificateBody {
    /// 原因 (why).
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Text<1, 500>,
    /// 原因类别，告知志愿者；默认：有异议的为异议成立，否则为其他 (why by its name, as the volunteer is told).
    #[serde(default, deserialize_with = "end")]
    code: Option<CertificateEnd>,
}

/// Whoever corrects a certificate issues another in its place.
fn end<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CertificateEnd>, D::Error> {
    let end = Option::deserialize(deserializer)?;
    if end == Some(CertificateEnd::Corrected) {
        return Err(de::Error::custom(
            "更正须另行出具证明 (a correction is issued in its place)",
        ));
    }
    Ok(end)
}

/// Service of one kind on a certificate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertifiedService {
    /// 服务类别 (kind).
    kind: String,
    /// 次数 (times).
    times: u32,
    /// 分钟 (minutes).
    minutes: u64,
}

/// A certificate of service (志愿服务记录证明).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertificateView {
    /// 编号 (its id).
    id: CertificateId,
    /// 证明编号，可公开核验 (its number; anyone can check it).
    number: String,
    /// 志愿者编号 (the volunteer number).
    volunteer_number: String,
    /// 出具单位 (organisation that issued it).
    issuer: OrgPath,
    /// 出具单位名称 (its name, as it is printed).
    office: String,
    /// 负责人 (who is in charge).
    person_in_charge: Option<AccountId>,
    /// 经办人 (who handled it).
    handled_by: AccountId,
    /// 服务起始日 (first day).
    from: ServiceDay,
    /// 服务截止日 (last day).
    until: ServiceDay,
    /// 服务内容 (service by kind).
    service: Vec<CertifiedService>,
    /// 累计分钟 (minutes).
    minutes: u64,
    /// 状态 (state).
    state: CertificateState,
    /// 更正或撤销原因 (why it was corrected or revoked).
    reason: Option<String>,
    /// 公示截止 (when its announcement ends).
    announced_until: Option<Timestamp>,
    /// 有效期至，出具前无 (until when it is good; absent before it is issued).
    good_until: Option<Timestamp>,
    /// 出具时间，出具前无 (when it was issued; absent before).
    issued_at: Option<Timestamp>,
    /// 版本 (its version).
    version: Version,
}

/// What is known of a number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertificateCheckView {
    /// 当前有效；没有此编号也为否 (whether it is good now; not so where nobody issued it).
    good: bool,
    /// 证明内容，没有此编号则无 (what is on it; absent where nobody issued it).
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<CheckedCertificateView>,
}

/// What anyone may know of a certificate: no person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckedCertificateView {
    /// 证明编号 (its number).
    number: String,
    /// 状态 (state).
    state: CertificateState,
    /// 更正后的证明编号 (the one that took its place).
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_by: Option<String>,
    /// 出具单位 (organisation that issued it).
    issuer: OrgPath,
    /// 出具单位名称 (its name).
    office: String,
    /// 服务起始日 (first day).
    from: ServiceDay,
    /// 服务截止日 (last day).
    until: ServiceDay,
    /// 累计分钟 (minutes).
    minutes: u64,
    /// 有效期至，出具前无 (until when it is good; absent before it is issued).
    good_until: Option<Timestamp>,
    /// 出具时间，出具前无 (when it was issued; absent before).
    issued_at: Option<Timestamp>,
}

impl From<Certificate> for CertificateView {
    fn from(certificate: Certificate) -> Self {
        let minutes = certificate.minutes();
        let service = |(kind, times, minutes)| CertifiedService {
            kind,
            times,
            minutes,
        };
        Self {
            id: certificate.id,
            number: certificate.number,
            volunteer_number: certificate.volunteer_number,
            issuer: certificate.issuer,
            office: certificate.office.name,
            person_in_charge: certificate.office.person_in_charge,
            handled_by: certificate.issued_by,
            from: ServiceDay(certificate.from),
            until: ServiceDay(certificate.until),
            service: certificate.service.into_iter().map(service).collect(),
            minutes,
            state: certificate.state,
            reason: certificate.reason,
            announced_until: certificate.announced_until,
            good_until: certificate.good_until,
            issued_at: certificate.issued_at,
            version: certificate.version,
        }
    }
}

/// 出具证明（先公示） / announces a certificate of the confirmed service of some days; it is issued when the notice ends
///
/// Those who run the volunteer's home, free of charge. A correction is a new certificate that takes the place of the old.
/// The notice lasts seven days at least (S37); objections stop it until they are decided.
#[utoipa::path(
    operation_id = "issue_certificate",
    tag = "certificates",
    params(("id" = VolunteerId, Path, description = "志愿者 / the volunteer's id")),
    request_body = IssueCertificateBody,
    responses(
        (status = 201, description = "已公示 / announced", body = CertificateView),
        (status = 409, description = "没有已确认的服务，原证明已失效，或申请已办理 / nothing to certify, the old one ended before, or the request was decided", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/volunteers/{id}/certificates")]
pub(crate) async fn issue_certificate(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<VolunteerId>,
    body: Valid<IssueCertificateBody>,
) -> Result<HttpResponse, Failure> {
    let corrects = body.0.corrects;
    let office = Office {
        name: body.0.office.into_string(),
        person_in_charge: Some(body.0.person_in_charge),
        contact: body.0.contact.map(Line::into_string),
    };
    let command = IssueCertificate {
        volunteer: id.0,
        office,
        from: body.0.from.0,
        until: body.0.until.0,
        corrects: corrects.map(|of| (of.certificate_id, of.reason.into_string())),
        request: body.0.request_id,
    };
    let key = ctx.idempotency(&command);
    let made = app::issue_certificate(&app, &ctx, key.as_ref(), &command).await?;
    let location = format!("/api/volunteering/v1/certificates/{}", made.number);
    let version = made.version;
    Ok(http::created(
        &location,
        version,
        &CertificateView::from(made),
    ))
}

/// 撤销证明 / revokes a certificate
#[utoipa::path(
    operation_id = "revoke_certificate",
    tag = "certificates",
    params(("id" = CertificateId, Path, description = "证明 / its id")),
    request_body = RevokeCertificateBody,
    responses(
        (status = 200, description = "已撤销 / revoked", body = CertificateView),
        (status = 409, description = "已更正或撤销 / ended before", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/certificates/{id}/revoke")]
pub(crate) async fn revoke_certificate(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<CertificateId>,
    body: Valid<RevokeCertificateBody>,
) -> Result<HttpResponse, Failure> {
    let RevokeCertificateBody { reason, code } = body.0;
    let command = RevokeCertificate {
        id: id.0,
        reason: reason.into_string(),
        code,
    };
    let key = ctx.idempotency(&command);
    let ended = app::revoke_certificate(&app, &ctx, key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        ended.version,
        &CertificateView::from(ended),
    ))
}

/// 我的证明 / lists the caller's certificates, the newest first
#[utoipa::path(
    operation_id = "list_my_certificates",
    tag = "certificates",
    params(SignUpQuery),
    responses((status = 200, description = "一页证明 / a page of certificates", body = Page<CertificateView>)),
)]
#[get("/me/certificates")]
pub(crate) async fn list_my_certificates(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<SignUpQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = query.0.wanted();
    let (found, next) = app::list_my_certificates(&app, &ctx, &wanted).await?;
    let items = found.into_iter().map(CertificateView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 核验证明 / checks a certificate by its number; no person is named
#[utoipa::path(
    operation_id = "check_certificate",
    tag = "certificates",
    params(("serial" = String, Path, description = "证明编号 / its number")),
    responses((status = 200, description = "核验结果 / what is known of it", body = CertificateCheckView)),
)]
#[get("/certificates/{serial}")]
pub(crate) async fn check_certificate(
    app: web::Data<App>,
    ctx: PublicCtx,
    serial: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let found = app::check_certificate(&app, &serial).await?;
    let good = found.as_ref().is_some_and(|found| found.is_good(ctx.now));
    let certificate = found.map(|found| CheckedCertificateView {
        minutes: found.minutes(),
        number: found.number,
        state: found.state,
        replaced_by: found.replaced_by,
        issuer: found.issuer,
        office: found.office.name,
        from: ServiceDay(found.from),
        until: ServiceDay(found.until),
        good_until: found.good_until,
        issued_at: found.issued_at,
    });
    Ok(http::ok(&CertificateCheckView { good, certificate }))
}
