//! Sessions: sign in, go on, sign out.

use actix_web::{HttpResponse, delete, post, web};
use auth::{Ctx, PublicCtx};
use chassis::http::{Valid, no_content, ok};
use kernel::Line;
use problem::{Failure, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::challenges::{ChallengeView, answer};
use super::views::SessionTokensView;
use crate::app::open_session::OpenSession;
use crate::app::{self, Caller, Identity};
use crate::domain::Password;

/// 登录 (name and password).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenSessionBody {
    /// 用户名 (name to sign in with).
    username: Line<1, 64>,
    /// 密码 (password).
    password: Password,
}

/// 刷新会话 (refresh).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshSessionBody {
    /// 刷新令牌 (the refresh token last given out).
    refresh_token: Line<1, 256>,
}

/// 登录：用户名与密码。
///
/// Signs in; who has a second factor, or must set one up now, is told the next step (202). An unknown name and a wrong password get the same answer; failures slow further
/// attempts down.
#[utoipa::path(
    operation_id = "open_session", tag = "sessions",
    request_body = OpenSessionBody,
    responses(
        (status = 200, description = "已登录 / signed in", body = SessionTokensView),
        (status = 202, description = "须二次验证 / a second factor is wanted", body = ChallengeView),
        (status = 401, description = "用户名或密码不正确 / credentials do not fit", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "失败次数过多 / too many failed attempts", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
    ),
)]
#[post("/sessions")]
pub(crate) async fn open_session(
    identity: web::Data<Identity>,
    ctx: PublicCtx,
    body: Valid<OpenSessionBody>,
) -> Result<HttpResponse, Failure> {
    let Valid(body) = body;
    let command = OpenSession {
        username: body.username.into_string(),
        password: body.password,
    };
    let signed_in =
        app::open_session::open_session(&identity, &Caller::from(&ctx), command).await?;
    Ok(answer(signed_in))
}

/// 刷新会话：换取新的一对令牌。
///
/// Goes on with a session. A refresh token is good once; one that was used before ends the
/// session, except within 10 seconds, where it gets the same successor again.
#[utoipa::path(
    operation_id = "refresh_session", tag = "sessions",
    request_body = RefreshSessionBody,
    responses(
        (status = 200, description = "新令牌 / new tokens", body = SessionTokensView),
        (status = 401, description = "会话已失效 / the session has ended", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/sessions/refresh")]
pub(crate) async fn refresh_session(
    identity: web::Data<Identity>,
    ctx: PublicCtx,
    body: Valid<RefreshSessionBody>,
) -> Result<HttpResponse, Failure> {
    let token = body.0.refresh_token;
    let tokens =
        app::refresh_session::refresh_session(&identity, &Caller::from(&ctx), token.as_str(), None)
            .await?;
    Ok(ok(&SessionTokensView::from(tokens)))
}

/// 退出登录：结束当前会话。
///
/// Ends the session of the access token. The access token itself stays good until it ends.
#[utoipa::path(
    operation_id = "close_session", tag = "sessions",
    responses((status = 204, description = "已退出 / signed out")),
    security(("bearer" = [])),
)]
#[delete("/sessions/current")]
pub(crate) async fn close_session(
    identity: web::Data<Identity>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    app::close_session::close_session(&identity, &ctx).await?;
    Ok(no_content())
}
