//! Registered applications, for the system administrator.

use actix_web::{HttpResponse, delete, get, post, web};
use auth::Ctx;
use chassis::http::{Limit, Page, PathId, Valid, ValidQuery, no_content, ok};
use kernel::{AccountId, ClientId, Cursor, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::Identity;
use crate::app::oauth::clients::{self, RegisterClient};
use crate::domain::{Client, ClientKind, ClientName, RedirectUri};
use crate::http::sort_key;

/// Name of the list within cursors.
const LIST: &str = "clients";
/// Most redirect addresses of an application.
const MAX_REDIRECTS: usize = 10;

/// 应用登记 (an application to be registered).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterClientBody {
    /// 名称 (its name).
    #[schema(value_type = String, example = "街道通")]
    name: ClientName,
    /// 类型 (what it can keep to itself).
    kind: ClientKind,
    /// 回调地址，最多 10 个；机器没有 (where codes are sent, 10 at most; none for a machine).
    #[serde(default, deserialize_with = "few")]
    redirect_uris: Vec<RedirectUri>,
    /// 可否代人办理 (whether people may let it act for them, by the scope `act`; otherwise it is told who they are, and no more).
    #[serde(default)]
    may_act: bool,
}

fn few<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<RedirectUri>, D::Error> {
    let uris = Vec::<RedirectUri>::deserialize(deserializer)?;
    if uris.len() > MAX_REDIRECTS {
        return Err(serde::de::Error::custom(
            "回调地址最多 10 个 (at most 10 redirect addresses)",
        ));
    }
    Ok(uris)
}

/// 应用 (a registered application).
#[derive(Serialize, ToSchema)]
pub(crate) struct ClientView {
    /// Its id, the `client_id` of OAuth.
    id: ClientId,
    /// 名称 (its name).
    name: String,
    /// 类型 (what it can keep to itself).
    kind: ClientKind,
    /// 回调地址 (where codes are sent).
    redirect_uris: Vec<RedirectUri>,
    /// 可否代人办理 (whether people may let it act for them).
    may_act: bool,
    /// 机器账号 (whom a machine acts as; roles are granted to it as to any account).
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    /// 登记时间 (when it was registered).
    created_at: Timestamp,
    /// 撤销时间 (when it was revoked; absent while it is good).
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
    /// 密钥，仅显示一次 (its secret; not shown again).
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

impl ClientView {
    fn new(client: Client, client_secret: Option<String>) -> Self {
        Self {
            id: client.id,
            name: client.name.into_string(),
            kind: client.kind,
            redirect_uris: client.redirect_uris,
            may_act: client.may_act,
            account: client.account,
            created_at: client.created_at,
            revoked_at: client.revoked_at,
            client_secret,
        }
    }
}

/// 新密钥 (another secret).
#[derive(Serialize, ToSchema)]
pub(crate) struct ClientSecretView {
    /// 密钥，仅显示一次 (not shown again).
    client_secret: String,
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListClientsQuery {
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    limit: Limit,
}

/// 登记应用。
///
/// Registers an application. The secret is shown this once; a machine gets an account of its own.
#[utoipa::path(
    operation_id = "register_client", tag = "oauth",
    request_body = RegisterClientBody,
    responses((status = 201, description = "已登记 / registered", body = ClientView)),
    security(("bearer" = [])),
)]
#[post("/oauth/clients")]
pub(crate) async fn register_client(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<RegisterClientBody>,
) -> Result<HttpResponse, Failure> {
    let Valid(body) = body;
    let command = RegisterClient {
        name: body.name,
        kind: body.kind,
        redirect_uris: body.redirect_uris,
        may_act: body.may_act,
    };
    let made = clients::register_client(&identity, &ctx, command).await?;
    Ok(HttpResponse::Created().json(ClientView::new(made.client, made.secret)))
}

/// 已登记的应用，最新在前。
///
/// Lists applications, revoked ones too, latest first.
#[utoipa::path(
    operation_id = "list_clients", tag = "oauth",
    params(ListClientsQuery),
    responses((status = 200, description = "一页应用 / a page", body = Page<ClientView>)),
    security(("bearer" = [])),
)]
#[get("/oauth/clients")]
pub(crate) async fn list_clients(
    identity: web::Data<Identity>,
    _ctx: Ctx,
    query: ValidQuery<ListClientsQuery>,
) -> Result<HttpResponse, Failure> {
    let ValidQuery(ListClientsQuery { cursor, limit }) = query;
    let before = sort_key::<ClientId>(LIST, cursor.as_deref())?;
    // one more than shown tells whether there is another page
    let found = clients::list_clients(&identity, before, limit.get() + 1).await?;
    let (found, next) = Cursor::cut(found, limit.size(), |last| Cursor::encode(LIST, &last.id));
    let items = found
        .into_iter()
        .map(|client| ClientView::new(client, None));
    let items = items.collect();
    Ok(ok(&Page { items, next }))
}

/// 更换应用密钥，旧密钥随即作废。
///
/// Gives an application another secret; the one before is good no longer.
#[utoipa::path(
    operation_id = "renew_client_secret", tag = "oauth",
    params(("id" = ClientId, Path)),
    responses(
        (status = 200, description = "新密钥 / another secret", body = ClientSecretView),
        (status = 404, description = "没有这个应用，或它没有密钥 / no such application, or it has no secret", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/oauth/clients/{id}/actions/renew-secret")]
pub(crate) async fn renew_client_secret(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<ClientId>,
) -> Result<HttpResponse, Failure> {
    let client_secret = clients::renew_client_secret(&identity, &ctx, id.0).await?;
    Ok(ok(&ClientSecretView { client_secret }))
}

/// 撤销应用，其持有的会话随即结束。
///
/// Revokes an application and ends the sessions that it holds.
#[utoipa::path(
    operation_id = "revoke_client", tag = "oauth",
    params(("id" = ClientId, Path)),
    responses(
        (status = 204, description = "已撤销 / revoked"),
        (status = 404, description = "没有这个应用 / no such application", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[delete("/oauth/clients/{id}")]
pub(crate) async fn revoke_client(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<ClientId>,
) -> Result<HttpResponse, Failure> {
    clients::revoke_client(&identity, &ctx, id.0).await?;
    Ok(no_content())
}
