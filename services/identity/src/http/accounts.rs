//! Accounts and their grants, for the system and the security administrator.

use actix_web::{HttpResponse, delete, get, post, web};
use auth::Ctx;
use chassis::http::{
    Limit, Page, PathId, Valid, ValidQuery, created, no_content, ok, ok_with_etag,
};
use kernel::{AccountId, Cursor, GrantId, Line, OrgPath, Role, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::sort_key;
use super::views::AccountView;
use crate::app::grant_role::GrantRole;
use crate::app::list_accounts::ListAccounts;
use crate::app::register_account::RegisterAccount;
use crate::app::{self, Identity};
use crate::domain::{AccountStatus, DisplayName, Password, Username};

/// Name of the list within cursors.
const LIST: &str = "accounts";

/// 开户 (a new account).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterAccountBody {
    /// 用户名 (name to sign in with).
    username: Username,
    /// 姓名、称呼 (name for others).
    display_name: DisplayName,
    /// 密码，12 到 128 个字符；不填则自动生成 (password of 12 to 128 characters; made up when absent).
    password: Option<Password>,
}

/// 新账号 (a new account).
#[derive(Serialize, ToSchema)]
pub(crate) struct RegisteredAccountView {
    /// The account.
    #[serde(flatten)]
    account: AccountView,
    /// 自动生成的密码，仅此一次 (the password that was made up, shown this once).
    #[serde(skip_serializing_if = "Option::is_none")]
    generated_password: Option<String>,
}

/// 授权 (a role within a part of the organisation tree).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantRoleBody {
    /// 角色 (role).
    role: Role,
    /// 范围：此组织及其下级，`/` 为全市 (this node and everything below it).
    org_path: OrgPath,
    /// 工单类别，不填为全部 (categories of orders; none named means all).
    #[serde(default)]
    categories: Vec<Line<1, 32>>,
    /// 生效时间，不填为现在 (first instant; now when absent).
    valid_from: Option<Timestamp>,
    /// 截止时间，不填为长期 (end; open when absent).
    valid_until: Option<Timestamp>,
}

/// Which accounts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAccountsQuery {
    /// 用户名，完全匹配 (the account of this name).
    username: Option<Username>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    limit: Limit,
}

/// 开户。
///
/// Opens an account without any grant. A made-up password is shown once: the same request again
/// (same `Idempotency-Key`) shows the account without it.
#[utoipa::path(
    operation_id = "register_account", tag = "accounts",
    params(("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / makes a repetition harmless")),
    request_body = RegisterAccountBody,
    responses(
        (status = 201, description = "已开户 / opened", body = RegisteredAccountView),
        (status = 409, description = "用户名已被占用 / the username is taken", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/accounts")]
pub(crate) async fn register_account(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<RegisterAccountBody>,
) -> Result<HttpResponse, Failure> {
    let Valid(RegisterAccountBody {
        username,
        display_name,
        password,
    }) = body;
    let command = RegisterAccount {
        username,
        display_name,
        password,
    };
    let registered = app::register_account::register_account(&identity, &ctx, command).await?;
    let id = registered.facts.account.id;
    let view = RegisteredAccountView {
        account: AccountView::new(&registered.facts, ctx.now),
        generated_password: registered
            .generated
            .map(|password| password.reveal().to_owned()),
    };
    let location = format!("/api/identity/v1/accounts/{id}");
    Ok(created(&location, view.account.version, &view))
}

/// 账号列表，按开户先后。
///
/// Lists accounts in the order in which they were opened; the reading is logged.
#[utoipa::path(
    operation_id = "list_accounts", tag = "accounts",
    params(ListAccountsQuery),
    responses((status = 200, description = "一页账号 / a page", body = Page<AccountView>)),
    security(("bearer" = [])),
)]
#[get("/accounts")]
pub(crate) async fn list_accounts(
    identity: web::Data<Identity>,
    ctx: Ctx,
    query: ValidQuery<ListAccountsQuery>,
) -> Result<HttpResponse, Failure> {
    let ValidQuery(ListAccountsQuery {
        username,
        cursor,
        limit,
    }) = query;
    let after = sort_key::<AccountId>(LIST, cursor.as_deref())?;
    // one more than shown tells whether there is another page
    let query = ListAccounts {
        username,
        after,
        limit: limit.get() + 1,
    };
    let found = app::list_accounts::list_accounts(&identity, &ctx, query).await?;
    let (found, next) = Cursor::cut(found, limit.size(), |last| {
        Cursor::encode(LIST, &last.account.id)
    });
    let items = found
        .iter()
        .map(|facts| AccountView::new(facts, ctx.now))
        .collect();
    Ok(ok(&Page { items, next }))
}

/// 账号详情。
///
/// Shows an account; the reading is logged.
#[utoipa::path(
    operation_id = "show_account", tag = "accounts",
    params(("id" = AccountId, Path)),
    responses((status = 200, description = "账号 / the account", body = AccountView)),
    security(("bearer" = [])),
)]
#[get("/accounts/{id}")]
pub(crate) async fn show_account(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<AccountId>,
) -> Result<HttpResponse, Failure> {
    let facts = app::show_account::show_account(&identity, &ctx, id.0).await?;
    let view = AccountView::new(&facts, ctx.now);
    Ok(ok_with_etag(view.version, &view))
}

/// 授权：在某一范围内给予角色。
///
/// Grants a role. The three administrators hold nothing else, and nobody grants to themselves.
/// Whoever runs a part of the tree grants lower roles at or below it, for the own categories and no
/// longer than the own grant lasts, and is shown the holder's grants there. It counts with the holder's
/// next access token.
#[utoipa::path(
    operation_id = "grant_role", tag = "accounts",
    params(
        ("id" = AccountId, Path),
        ("If-Match" = Option<String>, Header, description = "账号版本 / version of the account"),
        ("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / makes a repetition harmless"),
    ),
    request_body = GrantRoleBody,
    responses(
        (status = 201, description = "已授权 / granted", body = AccountView),
        (status = 409, description = "三员分立或重复授权 / separate administrators, or held already", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "账号已被修改 / the account changed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/accounts/{id}/grants")]
pub(crate) async fn grant_role(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<AccountId>,
    body: Valid<GrantRoleBody>,
) -> Result<HttpResponse, Failure> {
    let Valid(body) = body;
    let command = GrantRole {
        account: id.0,
        role: body.role,
        path: body.org_path,
        categories: body.categories.into_iter().map(Line::into_string).collect(),
        valid_from: body.valid_from,
        valid_until: body.valid_until,
    };
    let facts = app::grant_role::grant_role(&identity, &ctx, command).await?;
    let view = AccountView::new(&facts, ctx.now);
    let location = format!("/api/identity/v1/accounts/{}", id.0);
    Ok(created(&location, view.version, &view))
}

/// 收回授权。
///
/// Revokes a grant; access tokens that carry it are refused about a second later.
#[utoipa::path(
    operation_id = "revoke_grant", tag = "accounts",
    params(
        ("id" = AccountId, Path),
        ("grant_id" = GrantId, Path),
        ("If-Match" = Option<String>, Header, description = "账号版本 / version of the account"),
    ),
    responses(
        (status = 204, description = "已收回 / revoked"),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "同时被修改 / changed meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "账号已被修改 / the account changed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[delete("/accounts/{id}/grants/{grant_id}")]
pub(crate) async fn revoke_grant(
    identity: web::Data<Identity>,
    ctx: Ctx,
    path: web::Path<(AccountId, GrantId)>,
) -> Result<HttpResponse, Failure> {
    let (account, grant) = path.into_inner();
    app::revoke_grant::revoke_grant(&identity, &ctx, account, grant).await?;
    Ok(no_content())
}

/// 停用账号，其会话随即失效。
///
/// Suspends an account and ends its sessions. The same again changes nothing.
#[utoipa::path(
    operation_id = "suspend_account", tag = "accounts",
    params(
        ("id" = AccountId, Path),
        ("If-Match" = Option<String>, Header, description = "账号版本 / version of the account"),
    ),
    responses(
        (status = 200, description = "已停用 / suspended", body = AccountView),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "同时被修改 / changed meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "账号已被修改 / the account changed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/accounts/{id}/actions/suspend")]
pub(crate) async fn suspend_account(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<AccountId>,
) -> Result<HttpResponse, Failure> {
    set_status(&identity, &ctx, id.0, AccountStatus::Suspended).await
}

/// 恢复账号。
///
/// Lets a suspended account sign in again. The same again changes nothing.
#[utoipa::path(
    operation_id = "resume_account", tag = "accounts",
    params(
        ("id" = AccountId, Path),
        ("If-Match" = Option<String>, Header, description = "账号版本 / version of the account"),
    ),
    responses(
        (status = 200, description = "已恢复 / resumed", body = AccountView),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "同时被修改 / changed meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "账号已被修改 / the account changed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/accounts/{id}/actions/resume")]
pub(crate) async fn resume_account(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<AccountId>,
) -> Result<HttpResponse, Failure> {
    set_status(&identity, &ctx, id.0, AccountStatus::Active).await
}

async fn set_status(
    identity: &Identity,
    ctx: &Ctx,
    id: AccountId,
    status: AccountStatus,
) -> Result<HttpResponse, Failure> {
    let facts = app::set_account_status::set_account_status(identity, ctx, id, status).await?;
    let view = AccountView::new(&facts, ctx.now);
    Ok(ok_with_etag(view.version, &view))
}
