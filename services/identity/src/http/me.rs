//! The caller's own account.

use actix_web::{HttpResponse, get, put, web};
use auth::Ctx;
use chassis::http::{Valid, no_content, ok_with_etag};
use problem::{Failure, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::views::AccountView;
use crate::app::change_password::ChangePassword;
use crate::app::{self, Identity};
use crate::domain::Password;

/// 修改密码 (another password).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePasswordBody {
    /// 当前密码 (the password that counts now).
    current_password: Password,
    /// 新密码，12 到 128 个字符 (the new one, 12 to 128 characters).
    new_password: Password,
}

/// 我的账号、角色与授权。
///
/// Shows the caller's account with its roles and grants as they are now.
#[utoipa::path(
    operation_id = "show_me", tag = "me",
    responses((status = 200, description = "本人账号 / own account", body = AccountView)),
    security(("bearer" = [])),
)]
#[get("/me")]
pub(crate) async fn show_me(
    identity: web::Data<Identity>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let facts = app::show_account::show_me(&identity, &ctx).await?;
    let view = AccountView::new(&facts, ctx.now);
    Ok(ok_with_etag(view.version, &view))
}

/// 修改本人密码，其他会话随即失效。
///
/// Changes the caller's password and ends the account's other sessions.
#[utoipa::path(
    operation_id = "change_password", tag = "me",
    request_body = ChangePasswordBody,
    responses(
        (status = 204, description = "已修改 / changed"),
        (status = 409, description = "同时被修改 / changed meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "失败次数过多 / too many failed attempts", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
    ),
    security(("bearer" = [])),
)]
#[put("/me/password")]
pub(crate) async fn change_password(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<ChangePasswordBody>,
) -> Result<HttpResponse, Failure> {
    let Valid(body) = body;
    let command = ChangePassword {
        current: body.current_password,
        new: body.new_password,
    };
    app::change_password::change_password(&identity, &ctx, command).await?;
    Ok(no_content())
}
