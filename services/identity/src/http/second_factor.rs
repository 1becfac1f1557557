//! The caller's own second factor.

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{PathId, Valid, no_content, ok};
use kernel::{AccountId, Line, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::enrol_second_factor::Enrolment;
use crate::app::show_second_factor::SecondFactorFacts;
use crate::app::{self, Identity};
use crate::domain::Password;

/// 二次验证 (how the second factor stands).
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactorView {
    /// 已绑定 (whether one is set up).
    active: bool,
    /// 绑定时间 (since when).
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolled_at: Option<Timestamp>,
    /// 必须绑定的时间 (from then on the account cannot sign in without; absent when no role asks for it).
    #[serde(skip_serializing_if = "Option::is_none")]
    required_from: Option<Timestamp>,
    /// 剩余恢复码数 (recovery codes that are still good).
    recovery_codes_left: u64,
}

impl From<SecondFactorFacts> for SecondFactorView {
    fn from(facts: SecondFactorFacts) -> Self {
        Self {
            active: facts.enrolled_at.is_some(),
            enrolled_at: facts.enrolled_at,
            required_from: facts.required_from,
            recovery_codes_left: facts.recovery_codes_left,
        }
    }
}

/// 绑定密钥 (a secret for an authenticator app).
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolmentView {
    /// 密钥 (base32, to type in).
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// 二维码内容 (to be shown as a QR code).
    #[schema(example = "otpauth://totp/Linli:wangge01?secret=GEZDGNBV&issuer=Linli")]
    otpauth_url: String,
}

impl From<Enrolment> for EnrolmentView {
    fn from(enrolment: Enrolment) -> Self {
        let secret = enrolment.secret.to_text();
        // a username needs no escaping in a URL
        let username = enrolment.username;
        Self {
            otpauth_url: format!(
                "otpauth://totp/Linli:{username}?secret={secret}&issuer=Linli&algorithm=SHA1&digits=6&period=30"
            ),
            secret,
        }
    }
}

/// 恢复码 (recovery codes).
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodesView {
    /// 仅显示一次，每个可用一次 (each good once; they are not shown again).
    recovery_codes: Vec<String>,
}

/// 绑定二次验证 (set one up).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnrolSecondFactorBody {
    /// 当前密码 (the current password).
    current_password: Password,
    /// 现有的验证码，更换时必填 (a code of the one that there is; needed to change it).
    code: Option<Line<6, 32>>,
}

/// 验证码 (a code).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeBody {
    /// 验证码 (six digits of the app, or a recovery code where one is taken).
    code: Line<6, 32>,
}

/// 解除绑定 (do without).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemoveSecondFactorBody {
    /// 当前密码 (the current password).
    current_password: Password,
    /// 验证码或恢复码 (a code of the app, or a recovery code).
    code: Line<6, 32>,
}

/// 我的二次验证。
///
/// Shows how the caller's second factor stands.
#[utoipa::path(
    operation_id = "show_second_factor", tag = "me",
    responses((status = 200, description = "二次验证 / second factor", body = SecondFactorView)),
    security(("bearer" = [])),
)]
#[get("/me/second-factor")]
pub(crate) async fn show_second_factor(
    identity: web::Data<Identity>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let facts = app::show_second_factor::show_second_factor(&identity, &ctx).await?;
    Ok(ok(&SecondFactorView::from(facts)))
}

/// 绑定或更换二次验证：取得密钥。
///
/// Makes a secret. It counts once a code confirms it; until then the one before does.
#[utoipa::path(
    operation_id = "enrol_second_factor", tag = "me",
    request_body = EnrolSecondFactorBody,
    responses(
        (status = 200, description = "绑定密钥 / the secret", body = EnrolmentView),
        (status = 429, description = "失败次数过多 / too many failed attempts", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
    ),
    security(("bearer" = [])),
)]
#[post("/me/second-factor")]
pub(crate) async fn enrol_second_factor(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<EnrolSecondFactorBody>,
) -> Result<HttpResponse, Failure> {
    let Valid(body) = body;
    let code = body.code.as_ref().map(Line::as_str);
    let enrolment = app::enrol_second_factor::enrol_second_factor(
        &identity,
        &ctx,
        &body.current_password,
        code,
    )
    .await?;
    Ok(ok(&EnrolmentView::from(enrolment)))
}

/// 以首个验证码确认绑定。
///
/// Confirms the secret with its first code, and gives out recovery codes.
#[utoipa::path(
    operation_id = "confirm_second_factor", tag = "me",
    request_body = CodeBody,
    responses(
        (status = 200, description = "已绑定 / set up", body = RecoveryCodesView),
        (status = 409, description = "尚未取得密钥 / no secret was asked for", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "失败次数过多 / too many failed attempts", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
    ),
    security(("bearer" = [])),
)]
#[post("/me/second-factor/actions/confirm")]
pub(crate) async fn confirm_second_factor(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<CodeBody>,
) -> Result<HttpResponse, Failure> {
    let code = body.0.code;
    let codes =
        app::enrol_second_factor::confirm_second_factor(&identity, &ctx, code.as_str()).await?;
    Ok(ok(&RecoveryCodesView {
        recovery_codes: codes.0,
    }))
}

/// 重新生成恢复码，旧码作废。
///
/// Gives out new recovery codes; the old ones are good no longer.
#[utoipa::path(
    operation_id = "renew_recovery_codes", tag = "me",
    request_body = CodeBody,
    responses(
        (status = 200, description = "新恢复码 / new codes", body = RecoveryCodesView),
        (status = 429, description = "失败次数过多 / too many failed attempts", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
    ),
    security(("bearer" = [])),
)]
#[post("/me/second-factor/actions/renew-recovery-codes")]
pub(crate) async fn renew_recovery_codes(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<CodeBody>,
) -> Result<HttpResponse, Failure> {
    let code = body.0.code;
    let codes =
        app::renew_recovery_codes::renew_recovery_codes(&identity, &ctx, code.as_str()).await?;
    Ok(ok(&RecoveryCodesView {
        recovery_codes: codes.0,
    }))
}

/// 解除本人的二次验证（角色不要求时）。
///
/// Removes the caller's second factor, unless a role of theirs asks for one.
#[utoipa::path(
    operation_id = "remove_second_factor", tag = "me",
    request_body = RemoveSecondFactorBody,
    responses(
        (status = 204, description = "已解除 / removed"),
        (status = 409, description = "角色要求二次验证 / a role asks for it", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "失败次数过多 / too many failed attempts", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
    ),
    security(("bearer" = [])),
)]
#[post("/me/second-factor/actions/remove")]
pub(crate) async fn remove_second_factor(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<RemoveSecondFactorBody>,
) -> Result<HttpResponse, Failure> {
    let Valid(body) = body;
    let (password, code) = (&body.current_password, body.code.as_str());
    app::remove_second_factor::remove_second_factor(&identity, &ctx, password, code).await?;
    Ok(no_content())
}

/// 重置他人的二次验证（遗失手机时），其会话随即失效。
///
/// Removes the second factor of someone who lost it, and ends their sessions.
#[utoipa::path(
    operation_id = "reset_second_factor", tag = "accounts",
    params(("id" = AccountId, Path, description = "账号 / account")),
    responses(
        (status = 204, description = "已重置 / reset"),
        (status = 404, description = "没有这个账号 / no such account", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/accounts/{id}/actions/reset-second-factor")]
pub(crate) async fn reset_second_factor(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<AccountId>,
) -> Result<HttpResponse, Failure> {
    app::remove_second_factor::reset_second_factor(&identity, &ctx, id.0).await?;
    Ok(no_content())
}
