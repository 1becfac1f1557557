//! The signed page of a certificate, its signature, the keys that verify it, and the page on which anyone checks it.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use auth::{Ctx, Jwk, PublicCtx};
use chassis::http;
use kernel::Timestamp;
use problem::{Failure, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{self, App};
use crate::domain::certificate::{Certificate, CertificateState};

/// A certificate as a page to print.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes a body that is no JSON")]
pub(crate) struct CertificatePage(Vec<u8>);

/// The signature of a certificate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertificateSignatureView {
    /// 页面的 SHA-256，base64url；无电子版则无 (digest of the page; absent where there is none).
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// 签名：紧凑 JWS，载荷含上述摘要和公开事实 (compact JWS, RFC 7515; its payload has the digest and the public facts).
    #[serde(skip_serializing_if = "Option::is_none")]
    jws: Option<String>,
    /// 签名时间 (when it was signed).
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_at: Option<Timestamp>,
}

/// Public keys of documents (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentKeysView {
    /// 曾用于签名的全部公钥 (every public key that ever signed).
    #[schema(value_type = Vec<Object>)]
    keys: Vec<Jwk>,
}

/// 下载证明 / downloads the signed page of a certificate
///
/// The volunteer, and those who run the place that issued it. `…/signature` has the signature over these bytes.
#[utoipa::path(
    operation_id = "show_certificate_document",
    tag = "certificates",
    params(("serial" = String, Path, description = "证明编号 / its number")),
    responses(
        (status = 200, description = "证明 / the page", content((CertificatePage = "application/pdf"))),
        (status = 409, description = "尚未出具 / not issued yet", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[get("/certificates/{serial}/document")]
pub(crate) async fn show_certificate_document(
    app: web::Data<App>,
    ctx: Ctx,
    serial: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let (certificate, document) = app::show_document(&app, &ctx, &serial).await?;
    let name = format!(
        "attachment; filename=\"certificate-{}.pdf\"",
        certificate.number
    );
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(document.pdf))
}

/// 证明的签名 / shows the signature of a certificate; empty where nothing was signed
#[utoipa::path(
    operation_id = "show_certificate_signature",
    tag = "certificates",
    params(("serial" = String, Path, description = "证明编号 / its number")),
    responses((status = 200, description = "签名 / the signature", body = CertificateSignatureView)),
)]
#[get("/certificates/{serial}/signature")]
pub(crate) async fn show_certificate_signature(
    app: web::Data<App>,
    _ctx: PublicCtx,
    serial: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let (sha256, jws, signed_at) = match app::find_signature(&app, &serial).await? {
        Some(found) => (Some(found.digest), Some(found.jws), Some(found.made_at)),
        None => (None, None, None),
    };
    Ok(http::ok(&CertificateSignatureView {
        sha256,
        jws,
        signed_at,
    }))
}

/// 证明签名公钥 / lists the public keys that verify signatures of certificates
#[utoipa::path(
    operation_id = "list_certificate_keys",
    tag = "certificates",
    responses((status = 200, description = "公钥 / the keys", body = DocumentKeysView)),
)]
#[get("/certificates/keys")]
pub(crate) async fn list_certificate_keys(
    app: web::Data<App>,
    _ctx: PublicCtx,
) -> Result<HttpResponse, Failure> {
    let keys = app::list_document_keys(&app).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .json(DocumentKeysView { keys }))
}

/// 核验页 / a page on which anyone reads whether a certificate is good; no person is named
#[utoipa::path(
    operation_id = "show_certificate_page",
    tag = "certificates",
    params(("serial" = String, Path, description = "证明编号 / its number")),
    responses((status = 200, description = "HTML", body = String, content_type = "text/html")),
)]
#[get("/certificates/{serial}/page")]
pub(crate) async fn show_certificate_page(
    app: web::Data<App>,
    ctx: PublicCtx,
    serial: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let found = app::check_certificate(&app, &serial).await?;
    let page = page(&app, found.as_ref(), ctx.now);
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(page))
}

const HEAD: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>志愿服务记录证明核验</title>\
<style>body{font:18px/1.6 system-ui,sans-serif;margin:0 auto;max-width:40rem;padding:1rem;color:#1b1b1f;background:#fff}\
th{text-align:left;padding-right:1rem;font-weight:normal;color:#444}h2{font-size:1.4rem}</style>\
<h1>志愿服务记录证明核验</h1><p lang=\"en\">Check of a record of voluntary service</p>";

/// How a check ends.
#[derive(Debug, Clone, Copy)]
enum Verdict {
    Good,
    Announced,
    Over,
    Unknown,
}

impl Verdict {
    fn of(found: Option<&Certificate>, now: Timestamp) -> Self {
        match found {
            None => Self::Unknown,
            Some(found) if found.is_good(now) => Self::Good,
            Some(found) if found.is_announced() => Self::Announced,
            Some(_) => Self::Over,
        }
    }

    fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("✔ 有效", "Good"),
            Self::Announced => ("尚在公示，未出具", "Announced, not issued yet"),
            Self::Over => ("✘ 已失效", "Not good any more"),
            Self::Unknown => ("✘ 没有此证明", "There is no such certificate"),
        }
    }
}

fn page(app: &App, found: Option<&Certificate>, now: Timestamp) -> String {
    let (zh, en) = Verdict::of(found, now).told();
    let mut page = format!("{HEAD}<h2 role=\"status\">{zh} <span lang=\"en\">{en}</span></h2>");
    if let Some(certificate) = found {
        page.push_str(&facts(app, certificate));
        page.push_str(
            "<p><a href=\"signature\">电子签名 Signature (JWS)</a> · <a href=\"../keys\">公钥 Public keys (JWKS)</a>",
        );
    }
    page.push_str("</html>");
    page
}

fn facts(app: &App, certificate: &Certificate) -> String {
    let day = |at: Option<Timestamp>| {
        at.map(|at| at.date_in(&app.catalogue.zone).to_string())
            .unwrap_or_default()
    };
    let minutes = certificate.minutes();
    let state = match certificate.state {
        CertificateState::Corrected => "已更正 corrected",
        CertificateState::Revoked => "已撤销 revoked",
        CertificateState::Valid | CertificateState::Announced | CertificateState::Objected => "",
    };
    let rows = [
        ("证明编号 Number", certificate.number.clone()),
        ("出具单位 Issued by", certificate.office.name.clone()),
        (
            "服务期间 Days",
            format!("{} — {}", certificate.from, certificate.until),
        ),
        (
            "累计时长 Time served",
            format!("{} 小时 {} 分", minutes / 60, minutes % 60),
        ),
        ("出具日期 Issued on", day(certificate.issued_at)),
        ("有效期至 Good until", day(certificate.good_until)),
        ("状态 State", state.to_owned()),
        (
            "更正后的证明 Corrected by",
            certificate.replaced_by.clone().unwrap_or_default(),
        ),
    ];
    let mut table = String::from("<table>");
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let value = http::escape(value);
        for part in ["<tr><th>", name, "<td>", &value] {
            table.push_str(part);
        }
    }
    table.push_str("</table>");
    table
}
