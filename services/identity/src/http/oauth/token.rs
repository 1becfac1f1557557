//! Tokens: given out, asked about, given back; and who they are about.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use auth::{PublicCtx, TellingCtx, TokenClaims};
use chassis::http::ok;
use kernel::AccountId;
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::form::{Form, OAuthErrorView, answer};
use super::issuer::issuer;
use crate::app::oauth::exchange::{Granted, TokenRequest, exchange_token as exchange};
use crate::app::oauth::tokens::{
    ActiveToken, introspect_token as introspect, revoke_token as revoke,
};
use crate::app::oauth::{OAuthError, authenticate};
use crate::app::{self, Caller, Identity};

/// 换取令牌 (RFC 6749, section 4; a public application sends `client_id` and no secret).
#[derive(Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the form; its parameters are read one by one"
)]
pub(crate) struct TokenForm {
    /// `authorization_code`, `refresh_token` or `client_credentials`.
    grant_type: String,
    /// The application, unless the header names it.
    client_id: Option<String>,
    /// Its secret, unless the header has it.
    client_secret: Option<String>,
    /// The code.
    code: Option<String>,
    /// The address that the code was sent to.
    redirect_uri: Option<String>,
    /// What the challenge was made of.
    code_verifier: Option<String>,
    /// The refresh token.
    refresh_token: Option<String>,
}

/// 令牌 (RFC 6749, section 5.1).
#[derive(Serialize, ToSchema)]
pub(crate) struct OAuthTokensView {
    /// 访问令牌 (JWT for `Authorization: Bearer`).
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// 剩余秒数 (seconds until the access token ends).
    #[schema(example = 600)]
    expires_in: u64,
    /// 刷新令牌 (good for one refresh; where `offline_access` was asked for).
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// 身份声明 (who the person is; where `openid` was asked for).
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    /// 权限范围 (what was asked for; with `act` the token opens what its bearer's grants open, without it `userinfo` only).
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
}

impl From<Granted> for OAuthTokensView {
    fn from(granted: Granted) -> Self {
        Self {
            access_token: granted.access,
            token_type: "Bearer",
            expires_in: granted.expires_in,
            refresh_token: granted.refresh,
            id_token: granted.id_token,
            scope: granted.scope,
        }
    }
}

/// 令牌查询或撤销 (a token to be asked about, or given back).
#[derive(Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the form; its parameters are read one by one"
)]
pub(crate) struct TokenOnlyForm {
    /// The token.
    token: String,
    /// The application, unless the header names it.
    client_id: Option<String>,
    /// Its secret, unless the header has it.
    client_secret: Option<String>,
}

/// 令牌状态 (RFC 7662, section 2.2).
#[derive(Serialize, ToSchema)]
pub(crate) struct IntrospectionView {
    /// 是否有效 (whether it is good; if not, nothing else is said).
    active: bool,
    /// 账号 (whom it is about).
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<AccountId>,
    /// When it ends, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'static str>,
    /// 权限范围 (what the application was let; absent for our own apps and for machines).
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// 应用 (the application that holds it; absent for our own).
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// `access_token` or `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
}

impl From<Option<ActiveToken>> for IntrospectionView {
    fn from(token: Option<ActiveToken>) -> Self {
        let kind = |token: &ActiveToken| {
            if token.is_refresh {
                "refresh_token"
            } else {
                "access_token"
            }
        };
        Self {
            active: token.is_some(),
            sub: token.as_ref().map(|token| token.account),
            exp: token.as_ref().map(|token| token.expires),
            iss: token.as_ref().map(|_| TokenClaims::ISSUER),
            token_type: token.as_ref().map(kind),
            scope: token
                .as_ref()
                .map(|token| token.scope.clone())
                .filter(|scope| !scope.is_empty()),
            client_id: token.and_then(|token| token.client_id),
        }
    }
}

/// 用户信息 (OpenID Connect Core, section 5.3).
#[derive(Serialize, ToSchema)]
pub(crate) struct UserinfoView {
    /// 账号 (the account).
    sub: AccountId,
    /// 姓名、称呼 (name for others; where `profile` was asked for).
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// 用户名 (name to sign in with; where `profile` was asked for).
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
}

/// 换取令牌。
///
/// Gives out tokens: for a code with its PKCE verifier, for a refresh token, or to a machine.
#[utoipa::path(
    operation_id = "exchange_token", tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "令牌 / tokens", body = OAuthTokensView),
        (status = 400, description = "请求、授权码或令牌无效 / request, code or token is not good", body = OAuthErrorView),
        (status = 401, description = "应用身份不符 / the application has not shown who it is", body = OAuthErrorView),
        (status = 429, description = "失败次数过多 / too many failed attempts", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
    ),
)]
#[post("/oauth/token")]
pub(crate) async fn exchange_token(
    identity: web::Data<Identity>,
    ctx: PublicCtx,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Failure> {
    let caller = Caller::from(&ctx);
    let issuer = issuer(&identity, &request);
    let granted = async {
        let mut form = Form::parse(&request, &body)?;
        let presented = form.client(request.headers())?;
        let client = authenticate(&identity, &caller, &presented).await?;
        let wanted = wanted(&mut form)?;
        exchange(&identity, &caller, &client, &issuer, wanted).await
    };
    answer(granted.await.map(OAuthTokensView::from)).await
}

fn wanted(form: &mut Form) -> Result<TokenRequest, OAuthError> {
    match form.require("grant_type")?.as_str() {
        "authorization_code" => Ok(TokenRequest::Code {
            code: form.require("code")?,
            redirect_uri: form.require("redirect_uri")?,
            verifier: form.require("code_verifier")?,
        }),
        "refresh_token" => Ok(TokenRequest::Refresh(form.require("refresh_token")?)),
        "client_credentials" => Ok(TokenRequest::ClientCredentials),
        _ => Err(OAuthError::UnsupportedGrantType),
    }
}

/// 查询令牌状态，供服务端应用使用。
///
/// Tells an application that keeps a secret whether a token is good, closed sessions included.
#[utoipa::path(
    operation_id = "introspect_token", tag = "oauth",
    request_body(content = TokenOnlyForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "令牌状态 / what is said of it", body = IntrospectionView),
        (status = 400, description = "请求无效 / request is not good", body = OAuthErrorView),
        (status = 401, description = "应用身份不符 / the application has not shown who it is", body = OAuthErrorView),
    ),
)]
#[post("/oauth/introspect")]
pub(crate) async fn introspect_token(
    identity: web::Data<Identity>,
    ctx: PublicCtx,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Failure> {
    let caller = Caller::from(&ctx);
    let found = async {
        let mut form = Form::parse(&request, &body)?;
        let presented = form.client(request.headers())?;
        let client = authenticate(&identity, &caller, &presented).await?;
        introspect(&identity, &caller, &client, &form.require("token")?).await
    };
    answer(found.await.map(IntrospectionView::from)).await
}

/// 撤销令牌，其会话随即结束。
///
/// Ends the session of a token that the application holds. Unknown tokens are answered the same.
#[utoipa::path(
    operation_id = "revoke_token", tag = "oauth",
    request_body(content = TokenOnlyForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "已撤销 / given back"),
        (status = 400, description = "请求无效 / request is not good", body = OAuthErrorView),
        (status = 401, description = "应用身份不符 / the application has not shown who it is", body = OAuthErrorView),
    ),
)]
#[post("/oauth/revoke")]
pub(crate) async fn revoke_token(
    identity: web::Data<Identity>,
    ctx: PublicCtx,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Failure> {
    let caller = Caller::from(&ctx);
    let done = async {
        let mut form = Form::parse(&request, &body)?;
        let presented = form.client(request.headers())?;
        let client = authenticate(&identity, &caller, &presented).await?;
        revoke(&identity, &caller, &client, &form.require("token")?).await
    };
    answer(done.await.map(|()| serde_json::json!({}))).await
}

/// 用户信息。
///
/// Shows who the access token is about: to whoever holds it, whatever else it opens.
#[utoipa::path(
    operation_id = "show_userinfo", tag = "oauth",
    responses((status = 200, description = "用户信息 / userinfo", body = UserinfoView)),
    security(("bearer" = [])),
)]
#[get("/oauth/userinfo")]
pub(crate) async fn show_userinfo(
    identity: web::Data<Identity>,
    TellingCtx(ctx): TellingCtx,
) -> Result<HttpResponse, Failure> {
    let (account, named) = app::show_account::show_bearer(&identity, &ctx).await?;
    Ok(ok(&UserinfoView {
        sub: account.id,
        name: named.then(|| account.display_name.to_string()),
        preferred_username: named.then(|| account.username.to_string()),
    }))
}
