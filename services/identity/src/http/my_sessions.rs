//! Sessions as a list: one's own, and those of an account that must be cut off.

use actix_web::{HttpResponse, delete, get, web};
use auth::Ctx;
use chassis::http::{Limit, Page, PathId, ValidQuery, no_content, ok};
use kernel::{AccountId, Cursor, SessionId, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::sort_key;
use crate::app::{self, Identity};
use crate::domain::{Session, SignInMethod};

/// Name of the list within cursors.
const LIST: &str = "sessions";

/// 会话 (a session).
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Its id.
    id: SessionId,
    /// 是否当前会话 (whether it is the one that asks).
    current: bool,
    /// 登录方式 (how it began).
    method: SignInMethod,
    /// 登录地址 (address that it began from).
    #[schema(example = "192.0.2.7")]
    source: String,
    /// 应用 (the registered application that holds it; absent for our own).
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// 登录时间 (when it began).
    created_at: Timestamp,
    /// 最近使用 (when it was last refreshed).
    used_at: Timestamp,
    /// 最迟结束 (when it ends at the latest).
    expires_at: Timestamp,
}

impl SessionView {
    pub(super) fn new(session: Session, current: SessionId) -> Self {
        Self {
            id: session.id,
            current: session.id == current,
            method: session.method,
            source: session.source,
            client_id: session.client_id,
            created_at: session.created_at,
            used_at: session.rotated_at,
            expires_at: session.expires_at,
        }
    }
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListSessionsQuery {
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    limit: Limit,
}

/// 我的会话，最近登录在前。
///
/// Lists the caller's sessions that have not ended, latest first.
#[utoipa::path(
    operation_id = "list_sessions", tag = "me",
    params(ListSessionsQuery),
    responses((status = 200, description = "一页会话 / a page", body = Page<SessionView>)),
    security(("bearer" = [])),
)]
#[get("/me/sessions")]
pub(crate) async fn list_sessions(
    identity: web::Data<Identity>,
    ctx: Ctx,
    query: ValidQuery<ListSessionsQuery>,
) -> Result<HttpResponse, Failure> {
    let ValidQuery(ListSessionsQuery { cursor, limit }) = query;
    let before = sort_key::<SessionId>(LIST, cursor.as_deref())?;
    // one more than shown tells whether there is another page
    let found = app::my_sessions::list_sessions(&identity, &ctx, before, limit.get() + 1).await?;
    let (found, next) = Cursor::cut(found, limit.size(), |last| Cursor::encode(LIST, &last.id));
    let current = ctx.principal.session;
    let items = found
        .into_iter()
        .map(|session| SessionView::new(session, current));
    let items = items.collect();
    Ok(ok(&Page { items, next }))
}

/// 结束我的一个会话。
///
/// Ends one of the caller's sessions: it is refreshed no more, its access token ends within ten minutes.
#[utoipa::path(
    operation_id = "revoke_session", tag = "me",
    params(("id" = SessionId, Path)),
    responses(
        (status = 204, description = "已结束 / ended"),
        (status = 404, description = "没有这个会话 / no such session", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[delete("/me/sessions/{id}")]
pub(crate) async fn revoke_session(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<SessionId>,
) -> Result<HttpResponse, Failure> {
    app::my_sessions::revoke_session(&identity, &ctx, id.0).await?;
    Ok(no_content())
}

/// 全部退出：结束我的所有会话，包括当前会话。
///
/// Signs out everywhere, here too.
#[utoipa::path(
    operation_id = "close_sessions", tag = "me",
    responses((status = 204, description = "已全部退出 / signed out everywhere")),
    security(("bearer" = [])),
)]
#[delete("/me/sessions")]
pub(crate) async fn close_sessions(
    identity: web::Data<Identity>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    app::my_sessions::close_sessions(&identity, &ctx).await?;
    Ok(no_content())
}

/// 结束某账号的所有会话。
///
/// Ends all sessions of an account.
#[utoipa::path(
    operation_id = "revoke_sessions", tag = "accounts",
    params(("id" = AccountId, Path)),
    responses(
        (status = 204, description = "已结束 / ended"),
        (status = 404, description = "没有这个账号 / no such account", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[delete("/accounts/{id}/sessions")]
pub(crate) async fn revoke_sessions(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<AccountId>,
) -> Result<HttpResponse, Failure> {
    app::my_sessions::revoke_sessions(&identity, &ctx, id.0).await?;
    Ok(no_content())
}
