//! The discovery document (OpenID Connect Discovery 1.0, RFC 8414).

use actix_web::http::header::{CACHE_CONTROL, VARY};
use actix_web::{HttpRequest, HttpResponse, get, web};
use auth::{PublicCtx, TokenClaims};
use serde::Serialize;
use utoipa::ToSchema;

use super::issuer::issuer;
use crate::app::Identity;
use crate::domain::Scope;

/// 发现文档 (what applications and verifiers need to know).
#[derive(Serialize, ToSchema)]
pub(crate) struct DiscoveryView {
    /// Issuer of statements about people.
    #[schema(example = "https://city.example/api/identity")]
    issuer: String,
    /// Where a signed-in person's app asks for a code, with the person's access token.
    authorization_endpoint: String,
    /// Where tokens are given out.
    token_endpoint: String,
    /// Where the keys are.
    jwks_uri: String,
    /// Who the person is.
    userinfo_endpoint: String,
    /// Whether a token is good.
    introspection_endpoint: String,
    /// Where tokens are given back.
    revocation_endpoint: String,
    /// Only codes.
    response_types_supported: [&'static str; 1],
    /// Only in the query.
    response_modes_supported: [&'static str; 1],
    /// What tokens are given out for.
    grant_types_supported: [&'static str; 3],
    /// The same subject for every application.
    subject_types_supported: [&'static str; 1],
    /// How statements are signed.
    id_token_signing_alg_values_supported: [&'static str; 1],
    /// What may be asked for.
    scopes_supported: [&'static str; 4],
    /// How applications show who they are.
    token_endpoint_auth_methods_supported: [&'static str; 3],
    /// How a code is bound to who asked for it.
    code_challenge_methods_supported: [&'static str; 1],
    /// The answer to an application names the issuer (RFC 9207).
    authorization_response_iss_parameter_supported: bool,
    /// What a statement may hold.
    claims_supported: [&'static str; 9],
    /// Issuer and audience of every access token.
    access_token_issuer: &'static str,
    /// How access tokens are signed.
    access_token_signing_alg_values_supported: [&'static str; 1],
    /// Where our own apps open sessions.
    session_endpoint: String,
}

impl DiscoveryView {
    fn of(issuer: String) -> Self {
        let at = |path: &str| format!("{issuer}{path}");
        Self {
            authorization_endpoint: at("/v1/oauth/authorize"),
            token_endpoint: at("/v1/oauth/token"),
            jwks_uri: at("/.well-known/jwks.json"),
            userinfo_endpoint: at("/v1/oauth/userinfo"),
            introspection_endpoint: at("/v1/oauth/introspect"),
            revocation_endpoint: at("/v1/oauth/revoke"),
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: ["EdDSA"],
            scopes_supported: Scope::NAMES,
            token_endpoint_auth_methods_supported: [
                "none",
                "client_secret_basic",
                "client_secret_post",
            ],
            code_challenge_methods_supported: ["S256"],
            authorization_response_iss_parameter_supported: true,
            claims_supported: [
                "iss",
                "sub",
                "aud",
                "sid",
                "iat",
                "exp",
                "nonce",
                "name",
                "preferred_username",
            ],
            access_token_issuer: TokenClaims::ISSUER,
            access_token_signing_alg_values_supported: ["EdDSA"],
            session_endpoint: at("/v1/sessions"),
            issuer,
        }
    }
}

/// 发现文档。
///
/// Where everything is, and how tokens are signed.
#[utoipa::path(
    operation_id = "show_discovery", tag = "keys",
    responses((status = 200, description = "发现文档 / discovery", body = DiscoveryView)),
)]
#[get("/openid-configuration")]
pub(crate) async fn show_discovery(
    identity: web::Data<Identity>,
    request: HttpRequest,
    _ctx: PublicCtx,
) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .insert_header((VARY, "host"))
        .json(DiscoveryView::of(issuer(&identity, &request)))
}
