//! Exclusions: conflicts of interest of an account.

use actix_web::{HttpResponse, delete, get, post, web};
use auth::Ctx;
use chassis::http::{Page, PathId, Valid, no_content, ok};
use kernel::{AccountId, ExclusionId, Line, OrgCode, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::exclude_account::ExcludeAccount;
use crate::app::{self, Identity};
use crate::domain::Exclusion;

/// 回避：单位和个人须填且只填一项 (a conflict of interest; name either an organisation or a person).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExcludeAccountBody {
    /// 回避的单位：该单位及其下级的工单 (orders about this organisation or within it).
    organisation: Option<OrgCode>,
    /// 回避的个人：其提出的工单 (orders of this account).
    person: Option<AccountId>,
    /// 事由 (reason; it stays within this service).
    reason: Line<2, 200>,
}

/// 回避 (a conflict of interest).
#[derive(Serialize, ToSchema)]
pub(crate) struct ExclusionView {
    /// Its id.
    id: ExclusionId,
    /// 回避人 (who keeps out).
    account: AccountId,
    /// 回避的单位 (orders about this organisation or within it).
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<OrgCode>,
    /// 回避的个人 (orders of this account).
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<AccountId>,
    /// 事由 (reason).
    #[schema(example = "亲属在该单位任职")]
    reason: String,
    /// 登记人 (who recorded it).
    created_by: AccountId,
    /// 登记时间 (when it was recorded).
    created_at: Timestamp,
}

impl From<Exclusion> for ExclusionView {
    fn from(exclusion: Exclusion) -> Self {
        Self {
            id: exclusion.id,
            account: exclusion.account,
            organisation: exclusion.about.organisation().cloned(),
            person: exclusion.about.person(),
            reason: exclusion.reason,
            created_by: exclusion.created_by,
            created_at: exclusion.created_at,
        }
    }
}

/// 登记回避。
///
/// Keeps an account out of the orders of an organisation or of a person.
#[utoipa::path(
    operation_id = "exclude_account", tag = "exclusions",
    params(
        ("id" = AccountId, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / makes a repetition harmless"),
    ),
    request_body = ExcludeAccountBody,
    responses(
        (status = 201, description = "已登记 / recorded", body = ExclusionView),
        (status = 409, description = "已有此项回避 / there already", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/accounts/{id}/exclusions")]
pub(crate) async fn exclude_account(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<AccountId>,
    body: Valid<ExcludeAccountBody>,
) -> Result<HttpResponse, Failure> {
    exclude(&identity, &ctx, id.0, body.0).await
}

/// 本人申报回避。
///
/// Declares a conflict of interest of the caller. Only the security administrator ends it.
#[utoipa::path(
    operation_id = "exclude_myself", tag = "exclusions",
    params(("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / makes a repetition harmless")),
    request_body = ExcludeAccountBody,
    responses(
        (status = 201, description = "已登记 / recorded", body = ExclusionView),
        (status = 409, description = "已有此项回避 / there already", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/me/exclusions")]
pub(crate) async fn exclude_myself(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<ExcludeAccountBody>,
) -> Result<HttpResponse, Failure> {
    exclude(&identity, &ctx, ctx.principal.account, body.0).await
}

async fn exclude(
    identity: &Identity,
    ctx: &Ctx,
    account: AccountId,
    body: ExcludeAccountBody,
) -> Result<HttpResponse, Failure> {
    let command = ExcludeAccount {
        account,
        organisation: body.organisation,
        person: body.person,
        reason: body.reason.into_string(),
    };
    let exclusion = app::exclude_account::exclude_account(identity, ctx, command).await?;
    Ok(HttpResponse::Created().json(ExclusionView::from(exclusion)))
}

/// 账号的回避。
///
/// Lists the exclusions of an account that count; the reading is logged.
#[utoipa::path(
    operation_id = "list_exclusions", tag = "exclusions",
    params(("id" = AccountId, Path)),
    responses((status = 200, description = "全部回避 / all of them", body = Page<ExclusionView>)),
    security(("bearer" = [])),
)]
#[get("/accounts/{id}/exclusions")]
pub(crate) async fn list_exclusions(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<AccountId>,
) -> Result<HttpResponse, Failure> {
    let found = app::list_exclusions::list_exclusions(&identity, &ctx, id.0).await?;
    Ok(ok(&page(found)))
}

/// 本人的回避。
///
/// Lists the caller's own exclusions that count.
#[utoipa::path(
    operation_id = "list_my_exclusions", tag = "exclusions",
    responses((status = 200, description = "全部回避 / all of them", body = Page<ExclusionView>)),
    security(("bearer" = [])),
)]
#[get("/me/exclusions")]
pub(crate) async fn list_my_exclusions(
    identity: web::Data<Identity>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let found = app::list_exclusions::list_my_exclusions(&identity, &ctx).await?;
    Ok(ok(&page(found)))
}

/// An account has few of them: one page holds all.
fn page(found: Vec<Exclusion>) -> Page<ExclusionView> {
    Page {
        items: found.into_iter().map(ExclusionView::from).collect(),
        next: None,
    }
}

/// 解除回避。
///
/// Ends an exclusion of somebody else.
#[utoipa::path(
    operation_id = "readmit_account", tag = "exclusions",
    params(("id" = AccountId, Path), ("exclusion_id" = ExclusionId, Path)),
    responses(
        (status = 204, description = "已解除 / ended"),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "同时被修改 / changed meanwhile", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[delete("/accounts/{id}/exclusions/{exclusion_id}")]
pub(crate) async fn readmit_account(
    identity: web::Data<Identity>,
    ctx: Ctx,
    path: web::Path<(AccountId, ExclusionId)>,
) -> Result<HttpResponse, Failure> {
    let (account, exclusion) = path.into_inner();
    app::readmit_account::readmit_account(&identity, &ctx, account, exclusion).await?;
    Ok(no_content())
}
