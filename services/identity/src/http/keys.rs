//! The published keys, and where they are (in the form of the discovery document of `OpenID` Connect).

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use auth::{PublicCtx, TokenClaims};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Identity;

/// Keys change rarely, and a new one is published before it signs.
const CACHED: &str = "public, max-age=300";

/// 公钥集 (JSON Web Key Set, RFC 7517).
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the answer; the key ring writes it")]
pub(crate) struct JwksView {
    /// The keys that access tokens are signed with.
    keys: Vec<JwkView>,
}

/// 公钥 (a public key).
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the answer; the key ring writes it")]
pub(crate) struct JwkView {
    /// Kind of key.
    #[schema(example = "OKP")]
    kty: String,
    /// Curve.
    #[schema(example = "Ed25519")]
    crv: String,
    /// The key, base64url.
    x: String,
    /// Its id: its thumbprint (RFC 7638).
    kid: String,
    /// Algorithm.
    #[schema(example = "EdDSA")]
    alg: String,
    /// Use.
    #[serde(rename = "use")]
    #[schema(rename = "use", example = "sig")]
    usage: String,
}

/// 发现文档 (what a verifier of tokens needs to know).
#[derive(Serialize, ToSchema)]
pub(crate) struct DiscoveryView {
    /// Issuer and audience of every token.
    issuer: &'static str,
    /// Where the keys are, relative to this server.
    jwks_uri: &'static str,
    /// Algorithms of access tokens.
    access_token_signing_alg_values_supported: &'static [&'static str],
    /// Where sessions are opened, relative to this server.
    session_endpoint: &'static str,
}

/// 验证令牌的公钥集。
///
/// The public keys of access tokens.
#[utoipa::path(
    operation_id = "show_jwks", tag = "keys",
    responses((status = 200, description = "公钥集 / key set", body = JwksView)),
)]
#[get("/jwks.json")]
pub(crate) async fn show_jwks(identity: web::Data<Identity>, _ctx: PublicCtx) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, CACHED))
        .json(identity.public_keys())
}

/// 发现文档。
///
/// Where keys and sessions are, and how tokens are signed.
#[utoipa::path(
    operation_id = "show_discovery", tag = "keys",
    responses((status = 200, description = "发现文档 / discovery", body = DiscoveryView)),
)]
#[get("/openid-configuration")]
pub(crate) async fn show_discovery(_ctx: PublicCtx) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, CACHED))
        .json(DiscoveryView {
            issuer: TokenClaims::ISSUER,
            jwks_uri: "/api/identity/.well-known/jwks.json",
            access_token_signing_alg_values_supported: &["EdDSA"],
            session_endpoint: "/api/identity/v1/sessions",
        })
}
