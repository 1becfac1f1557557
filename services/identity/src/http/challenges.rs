//! Further steps of a sign-in: the code of a second factor, or setting one up.

use actix_web::{HttpResponse, post, web};
use auth::PublicCtx;
use chassis::http::{Valid, ok};
use kernel::Line;
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::second_factor::EnrolmentView;
use super::views::SessionTokensView;
use crate::app::begin_session::{Challenged, SignedIn};
use crate::app::{self, Caller, Identity};

/// 登录的下一步 (the step of a sign-in that follows).
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NextStep {
    /// 输入验证码 (a code of the second factor, to `POST …/sessions/second-factor`).
    SecondFactor,
    /// 先绑定二次验证 (set one up, from `POST …/sessions/enrolment` on).
    Enrolment,
}

/// 登录未完成 (the sign-in goes on).
#[derive(Serialize, ToSchema)]
pub(crate) struct ChallengeView {
    /// 登录凭据，下一步交回 (to be handed in with the next step).
    challenge: String,
    /// 下一步 (what follows).
    next: NextStep,
    /// 剩余秒数 (seconds in which it must follow).
    #[schema(example = 300)]
    expires_in: u64,
}

impl From<Challenged> for ChallengeView {
    fn from(challenged: Challenged) -> Self {
        Self {
            challenge: challenged.text,
            next: if challenged.enrols {
                NextStep::Enrolment
            } else {
                NextStep::SecondFactor
            },
            expires_in: challenged.expires_in.as_secs(),
        }
    }
}

/// Answers 200 with tokens, or 202 with what follows.
pub(super) fn answer(signed_in: SignedIn) -> HttpResponse {
    match signed_in {
        SignedIn::Session(tokens) => ok(&SessionTokensView::from(tokens)),
        SignedIn::Challenge(next) => HttpResponse::Accepted().json(ChallengeView::from(next)),
    }
}

/// 二次验证 (the second step of a sign-in).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PassSecondFactorBody {
    /// 登录凭据 (from the first step).
    challenge: Line<1, 512>,
    /// 验证码或恢复码 (six digits of the app, or a recovery code).
    code: Line<6, 32>,
}

/// 开始绑定 (set up a second factor within a sign-in).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnrolAtSignInBody {
    /// 登录凭据 (from the first step).
    challenge: Line<1, 512>,
}

/// 已登录，附恢复码 (signed in, with recovery codes).
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolledTokensView {
    /// 令牌 (tokens of the session).
    tokens: SessionTokensView,
    /// 恢复码，仅显示一次，每个可用一次 (each good once; they are not shown again).
    recovery_codes: Vec<String>,
}

/// 二次验证：验证码或恢复码。
///
/// Finishes a sign-in with a code of the second factor. Each code is good once.
#[utoipa::path(
    operation_id = "pass_second_factor", tag = "sessions",
    request_body = PassSecondFactorBody,
    responses(
        (status = 200, description = "已登录 / signed in", body = SessionTokensView),
        (status = 401, description = "登录已超时 / the sign-in is over", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "失败次数过多 / too many failed attempts", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
    ),
)]
#[post("/sessions/second-factor")]
pub(crate) async fn pass_second_factor(
    identity: web::Data<Identity>,
    ctx: PublicCtx,
    body: Valid<PassSecondFactorBody>,
) -> Result<HttpResponse, Failure> {
    let (challenge, code) = (body.0.challenge, body.0.code);
    let caller = Caller::from(&ctx);
    let tokens = app::pass_second_factor::pass_second_factor(
        &identity,
        &caller,
        challenge.as_str(),
        code.as_str(),
    )
    .await?;
    Ok(ok(&SessionTokensView::from(tokens)))
}

/// 登录时绑定二次验证：取得密钥。
///
/// Makes the secret for the app of someone who must have a second factor and has none yet.
#[utoipa::path(
    operation_id = "enrol_at_sign_in", tag = "sessions",
    request_body = EnrolAtSignInBody,
    responses(
        (status = 200, description = "绑定密钥 / the secret", body = EnrolmentView),
        (status = 401, description = "登录已超时 / the sign-in is over", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/sessions/enrolment")]
pub(crate) async fn enrol_at_sign_in(
    identity: web::Data<Identity>,
    ctx: PublicCtx,
    body: Valid<EnrolAtSignInBody>,
) -> Result<HttpResponse, Failure> {
    let challenge = body.0.challenge;
    let caller = Caller::from(&ctx);
    let enrolment =
        app::enrol_at_sign_in::enrol_at_sign_in(&identity, &caller, challenge.as_str()).await?;
    Ok(ok(&EnrolmentView::from(enrolment)))
}

/// 登录时绑定二次验证：以首个验证码确认。
///
/// Confirms the secret with its first code, and signs in.
#[utoipa::path(
    operation_id = "confirm_at_sign_in", tag = "sessions",
    request_body = PassSecondFactorBody,
    responses(
        (status = 200, description = "已绑定并登录 / set up and signed in", body = EnrolledTokensView),
        (status = 401, description = "登录已超时 / the sign-in is over", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "尚未取得密钥 / no secret was asked for", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "失败次数过多 / too many failed attempts", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
    ),
)]
#[post("/sessions/enrolment/actions/confirm")]
pub(crate) async fn confirm_at_sign_in(
    identity: web::Data<Identity>,
    ctx: PublicCtx,
    body: Valid<PassSecondFactorBody>,
) -> Result<HttpResponse, Failure> {
    let (challenge, code) = (body.0.challenge, body.0.code);
    let caller = Caller::from(&ctx);
    let (tokens, codes) = app::enrol_at_sign_in::confirm_at_sign_in(
        &identity,
        &caller,
        challenge.as_str(),
        code.as_str(),
    )
    .await?;
    Ok(ok(&EnrolledTokensView {
        tokens: tokens.into(),
        recovery_codes: codes.0,
    }))
}
