//! The keys: the public ones for everyone, their turns for the system administrator.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, post, web};
use auth::{Ctx, PublicCtx};
use chassis::http::{Valid, ok};
use kernel::Timestamp;
use problem::Failure;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::rotate_keys::{KeyFacts, KeyState};
use crate::app::{self, Identity};

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

/// 验证令牌的公钥集。
///
/// The public keys of access tokens.
#[utoipa::path(
    operation_id = "show_jwks", tag = "keys",
    responses((status = 200, description = "公钥集 / key set", body = JwksView)),
)]
#[get("/jwks.json")]
pub(crate) async fn show_jwks(identity: web::Data<Identity>, _ctx: PublicCtx) -> HttpResponse {
    if let Err(error) = identity.refresh_keys().await {
        tracing::warn!(%error, "signing keys not read, those known are shown");
    }
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, CACHED))
        .json(identity.signer.jwks())
}

/// 签名密钥的状态 (where a signing key stands).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SigningKeyState {
    /// 待用：已公布 (published, to sign later).
    Waiting,
    /// 签名中 (it signs).
    Signing,
    /// 已轮换：仍公布 (published for the tokens that it signed).
    Retired,
}

/// 签名密钥 (a signing key).
#[derive(Serialize, ToSchema)]
pub(crate) struct SigningKeyView {
    /// Its id: its thumbprint (RFC 7638).
    kid: String,
    /// 状态 (where it stands).
    state: SigningKeyState,
    /// 生成时间 (when it was made).
    made_at: Timestamp,
    /// 起用时间 (first instant at which it signs).
    signs_from: Timestamp,
}

impl From<KeyFacts> for SigningKeyView {
    fn from(facts: KeyFacts) -> Self {
        Self {
            kid: facts.kid,
            state: match facts.state {
                KeyState::Waiting => SigningKeyState::Waiting,
                KeyState::Signing => SigningKeyState::Signing,
                KeyState::Retired => SigningKeyState::Retired,
            },
            made_at: facts.made_at,
            signs_from: facts.signs_from,
        }
    }
}

/// 签名密钥列表 (the signing keys).
#[derive(Serialize, ToSchema)]
pub(crate) struct SigningKeysView {
    /// 由旧到新 (oldest first; two to four).
    items: Vec<SigningKeyView>,
}

impl From<Vec<KeyFacts>> for SigningKeysView {
    fn from(keys: Vec<KeyFacts>) -> Self {
        Self {
            items: keys.into_iter().map(SigningKeyView::from).collect(),
        }
    }
}

/// 轮换签名密钥 (rotate the signing keys).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateSigningKeysBody {
    /// 旧密钥泄露：立即撤回，其令牌作废 (the old keys leaked: withdraw them, and what they signed).
    #[serde(default)]
    withdraw: bool,
}

/// 签名密钥及其状态。
///
/// Lists the signing keys and where each stands; the keys themselves are never shown.
#[utoipa::path(
    operation_id = "list_signing_keys", tag = "keys",
    responses((status = 200, description = "签名密钥 / signing keys", body = SigningKeysView)),
    security(("bearer" = [])),
)]
#[get("/signing-keys")]
pub(crate) async fn list_signing_keys(
    identity: web::Data<Identity>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let keys = app::rotate_keys::list_signing_keys(&identity, &ctx).await?;
    Ok(ok(&SigningKeysView::from(keys)))
}

/// 立即轮换签名密钥，无需重启。
///
/// Lets the waiting key sign from now on. The others stay published until their last token has ended,
/// unless they are withdrawn.
#[utoipa::path(
    operation_id = "rotate_signing_keys", tag = "keys",
    request_body = RotateSigningKeysBody,
    responses((status = 200, description = "已轮换 / rotated", body = SigningKeysView)),
    security(("bearer" = [])),
)]
#[post("/signing-keys/actions/rotate")]
pub(crate) async fn rotate_signing_keys(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<RotateSigningKeysBody>,
) -> Result<HttpResponse, Failure> {
    let withdraw = body.0.withdraw;
    let keys = app::rotate_keys::rotate_signing_keys(&identity, &ctx, withdraw).await?;
    Ok(ok(&SigningKeysView::from(keys)))
}
