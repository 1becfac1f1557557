//! Let an application in: the address that applications send people to. Our own app takes its parameters
//! over and asks here, with the person's access token.

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse, get, web};
use auth::Ctx;
use chassis::http::ValidQuery;
use kernel::Line;
use problem::Failure;
use serde::Deserialize;
use utoipa::IntoParams;

use super::issuer::issuer;
use crate::app::Identity;
use crate::app::oauth::authorize::{AuthorizeClient, Decision, authorize_client as authorize};

/// What the application asks for. Parameters that are not known are left alone, as the standard wants.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuthorizeClientQuery {
    /// 应用 (the application).
    client_id: Line<1, 64>,
    /// 回调地址 (where the code is sent; one of those registered).
    redirect_uri: Line<1, 512>,
    /// Always `code`.
    #[serde(default)]
    response_type: String,
    /// 权限范围 (`openid`, `profile`, `offline_access`, between blanks).
    #[serde(default)]
    scope: String,
    /// 应用状态，原样返回 (sent back as it came).
    state: Option<Line<1, 512>>,
    /// 防重放随机数 (goes into the signed statement).
    #[param(inline)]
    nonce: Option<Line<1, 255>>,
    /// PKCE (RFC 7636): SHA-256 of the verifier, base64url.
    #[serde(default)]
    code_challenge: String,
    /// Always `S256`.
    #[serde(default)]
    code_challenge_method: String,
}

/// 授权应用：以授权码或错误跳转回应用。
///
/// Sends the caller back to the application, with a code for it or the reason why not. PKCE is asked of
/// every application.
#[utoipa::path(
    operation_id = "authorize_client", tag = "oauth",
    params(AuthorizeClientQuery),
    responses((status = 303, description = "跳转回应用 / back to the application",
        headers(("Location" = String, description = "回调地址 / redirect address")))),
    security(("bearer" = [])),
)]
#[get("/oauth/authorize")]
pub(crate) async fn authorize_client(
    identity: web::Data<Identity>,
    ctx: Ctx,
    request: HttpRequest,
    query: ValidQuery<AuthorizeClientQuery>,
) -> Result<HttpResponse, Failure> {
    let ValidQuery(query) = query;
    let (redirect_uri, state) = (query.redirect_uri.to_string(), query.state.clone());
    let decision = authorize(&identity, &ctx, query.into()).await?;
    let location = back(
        &redirect_uri,
        &decision,
        state.as_ref(),
        &issuer(&identity, &request),
    );
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}

impl From<AuthorizeClientQuery> for AuthorizeClient {
    fn from(query: AuthorizeClientQuery) -> Self {
        Self {
            client_id: query.client_id.into_string(),
            redirect_uri: query.redirect_uri.into_string(),
            response_type: query.response_type,
            scope: query.scope,
            nonce: query.nonce.map(Line::into_string),
            code_challenge: query.code_challenge,
            code_challenge_method: query.code_challenge_method,
        }
    }
}

/// The registered address with the answer in its query.
fn back(uri: &str, decision: &Decision, state: Option<&Line<1, 512>>, issuer: &str) -> String {
    let mut answer = form_urlencoded::Serializer::new(String::new());
    match decision {
        Decision::Code(code) => answer.append_pair("code", code),
        Decision::Refused(name) => answer.append_pair("error", name),
    };
    if let Some(state) = state {
        answer.append_pair("state", state.as_str());
    }
    answer.append_pair("iss", issuer);
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{}", answer.finish())
}
