use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{ClaimId, ListEntryId, Timestamp, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::public::Quantity;
use crate::app::{self, App, ChangeListClaim, OpenListClaim, Origin};
use crate::domain::list_claim::{Claim, ClaimState, ClaimStep, Side};

/// Which resource is asked for, or offered, for what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenListClaimBody {
    /// 需求或项目 (the need or the project).
    wanted_id: ListEntryId,
    /// 资源 (the resource).
    resource_id: ListEntryId,
    /// 由哪一方提出 (in the name of which side).
    asked_by: Side,
    /// 数量，默认 1 (how much of it, 1 by default).
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000_000)]
    quantity: Option<Quantity>,
}

/// What is done about a claim.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeListClaimBody {
    /// 处理 (the step).
    step: ClaimStep,
}

/// Which claims to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListClaimQuery {
    /// 清单事项 (on this entry).
    entry_id: ListEntryId,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// A resource for a need or a project (认领).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListClaimView {
    /// 编号 (its id).
    id: ClaimId,
    /// 需求或项目 (the need or the project).
    wanted_id: ListEntryId,
    /// 资源 (the resource).
    resource_id: ListEntryId,
    /// 由哪一方提出 (which side asked).
    asked_by: Side,
    /// 数量 (how much of it).
    quantity: u32,
    /// 状态 (how far it has come).
    state: ClaimState,
    /// 版本 (its version).
    version: Version,
    /// 提出时间 (when it was asked).
    created_at: Timestamp,
    /// 最近变动时间 (when it last changed).
    updated_at: Timestamp,
}

impl From<Claim> for ListClaimView {
    fn from(claim: Claim) -> Self {
        Self {
            id: claim.id,
            wanted_id: claim.wanted,
            resource_id: claim.resource,
            asked_by: claim.asked_by,
            quantity: claim.quantity,
            state: claim.state,
            version: claim.version,
            created_at: claim.created_at,
            updated_at: claim.updated_at,
        }
    }
}

/// 提出认领 / asks for a resource, or offers one
///
/// The other side confirms. Nothing is taken before that.
#[utoipa::path(
    operation_id = "open_list_claim",
    tag = "lists",
    request_body = OpenListClaimBody,
    responses(
        (status = 201, description = "已提出、待对方确认 / asked, to be confirmed", body = ListClaimView),
        (status = 409, description = "已有认领或剩余不足 / claimed already, or not as much left", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/list-claims")]
pub(crate) async fn open_list_claim(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<OpenListClaimBody>,
) -> Result<HttpResponse, Failure> {
    let command = OpenListClaim {
        wanted: body.0.wanted_id,
        resource: body.0.resource_id,
        asked_by: body.0.asked_by,
        quantity: body.0.quantity.map_or(1, |quantity| quantity.0),
        account: ctx.principal.account,
    };
    let key = ctx.idempotency(&command);
    let claim = app::open_list_claim(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let location = format!("/api/registry/v1/list-claims/{}", claim.id);
    let version = claim.version;
    Ok(http::created(
        &location,
        version,
        &ListClaimView::from(claim),
    ))
}

/// 处理认领 / confirms, refuses, withdraws, fulfils or releases a claim
#[utoipa::path(
    operation_id = "change_list_claim",
    tag = "lists",
    params(("id" = ClaimId, Path, description = "认领编号 / its id")),
    request_body = ChangeListClaimBody,
    responses(
        (status = 200, description = "已处理 / done", body = ListClaimView),
        (status = 409, description = "当前状态不允许，或剩余不足 / not from its state, or not as much left", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/list-claims/{id}/steps")]
pub(crate) async fn change_list_claim(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ClaimId>,
    body: Valid<ChangeListClaimBody>,
) -> Result<HttpResponse, Failure> {
    let command = ChangeListClaim {
        id: id.0,
        step: body.0.step,
        account: ctx.principal.account,
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let claim = app::change_list_claim(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        claim.version,
        &ListClaimView::from(claim),
    ))
}

/// 认领列表 / lists the claims on an entry, the newest first
#[utoipa::path(
    operation_id = "list_claims",
    tag = "lists",
    params(ListClaimQuery),
    responses(
        (status = 200, description = "一页认领 / a page of claims", body = Page<ListClaimView>),
        (status = 404, description = "没有这个清单事项 / no such entry", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[get("/list-claims")]
pub(crate) async fn list_claims(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ListClaimQuery>,
) -> Result<HttpResponse, Failure> {
    let (origin, cursor) = (Origin::of(&ctx), query.0.cursor.as_deref());
    let limit = query.0.limit.size();
    let (found, next) = app::list_claims(&app, &origin, query.0.entry_id, cursor, limit).await?;
    let items = found.into_iter().map(ListClaimView::from).collect();
    Ok(http::ok(&Page { items, next }))
}
