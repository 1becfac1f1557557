//! Sign in with a telephone.

use actix_web::{HttpResponse, post, web};
use auth::PublicCtx;
use chassis::http::Valid;
use kernel::Line;
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::challenges::{ChallengeView, answer};
use super::views::SessionTokensView;
use crate::app::request_phone_code::CODE_LIFE;
use crate::app::{self, Caller, Identity};
use crate::domain::Mobile;

/// 发送验证码 (send a code).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestPhoneCodeBody {
    /// 手机号 (telephone).
    phone: Mobile,
}

/// 验证码已发送 (a code is under way).
#[derive(Serialize, ToSchema)]
pub(crate) struct PhoneCodeView {
    /// 有效秒数 (seconds for which it is good).
    #[schema(example = 300)]
    expires_in: u64,
}

/// 手机验证码登录 (sign in with the code).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenPhoneSessionBody {
    /// 手机号 (telephone).
    phone: Mobile,
    /// 验证码，6 位数字 (six digits).
    code: Line<6, 6>,
}

/// 发送手机验证码；号码是否注册，回答相同。
///
/// Sends a one-time code. The answer is the same whether anybody signs in with this telephone or not;
/// a new code ends the one before.
#[utoipa::path(
    operation_id = "request_phone_code", tag = "sessions",
    request_body = RequestPhoneCodeBody,
    responses(
        (status = 202, description = "已发送 / under way", body = PhoneCodeView),
        (status = 409, description = "未开通 / not offered here", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "发送过于频繁 / too many codes", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
        (status = 503, description = "暂时无法发送 / cannot be sent now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/sessions/phone/codes")]
pub(crate) async fn request_phone_code(
    identity: web::Data<Identity>,
    ctx: PublicCtx,
    body: Valid<RequestPhoneCodeBody>,
) -> Result<HttpResponse, Failure> {
    let phone = body.0.phone;
    let caller = Caller::from(&ctx);
    app::request_phone_code::request_phone_code(&identity, &caller, &phone).await?;
    Ok(HttpResponse::Accepted().json(PhoneCodeView {
        expires_in: CODE_LIFE.as_secs(),
    }))
}

/// 手机验证码登录；首次登录即开户。
///
/// Signs in with the code sent to a telephone; the first time opens an account without any role.
#[utoipa::path(
    operation_id = "open_phone_session", tag = "sessions",
    request_body = OpenPhoneSessionBody,
    responses(
        (status = 200, description = "已登录 / signed in", body = SessionTokensView),
        (status = 202, description = "须二次验证 / a second factor is wanted", body = ChallengeView),
        (status = 401, description = "验证码不正确或已失效 / the code does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "失败次数过多 / too many failed attempts", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
    ),
)]
#[post("/sessions/phone")]
pub(crate) async fn open_phone_session(
    identity: web::Data<Identity>,
    ctx: PublicCtx,
    body: Valid<OpenPhoneSessionBody>,
) -> Result<HttpResponse, Failure> {
    let OpenPhoneSessionBody { phone, code } = body.0;
    let caller = Caller::from(&ctx);
    let signed_in =
        app::open_phone_session::open_phone_session(&identity, &caller, &phone, code.as_str())
            .await?;
    Ok(answer(signed_in))
}
