//! Guardians of children under 14.

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Page, PathId, Valid, ok};
use kernel::{AccountId, GuardianshipId, Text, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::guardianships::ClaimGuardianship;
use crate::app::{self, Identity};
use crate::domain::{Guardianship, GuardianshipState, GuardianshipStep};

/// 监护关系申报 (whose guardian the caller is).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimGuardianshipBody {
    /// 未成年人账号 (account of the child).
    minor: AccountId,
    /// 其十四周岁生日 (the child's 14th birthday).
    ends_at: Timestamp,
}

/// 监护关系 (a guardianship).
#[derive(Serialize, ToSchema)]
pub(crate) struct GuardianshipView {
    /// Its id.
    id: GuardianshipId,
    /// 未成年人 (child).
    minor: AccountId,
    /// 监护人 (guardian).
    guardian: AccountId,
    /// 状态 (state).
    state: GuardianshipState,
    /// 至其十四周岁生日 (until the 14th birthday).
    ends_at: Timestamp,
    /// 申报时间 (when it was claimed).
    claimed_at: Timestamp,
    /// 核实人 (who checked it).
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<AccountId>,
}

impl From<Guardianship> for GuardianshipView {
    fn from(guardianship: Guardianship) -> Self {
        Self {
            id: guardianship.id,
            minor: guardianship.minor,
            guardian: guardianship.guardian,
            state: guardianship.state,
            ends_at: guardianship.ends_at,
            claimed_at: guardianship.claimed_at,
            decided_by: guardianship.decided_by,
        }
    }
}

/// 申报监护关系。
///
/// Claims to be the guardian of a child under 14; it counts once staff has checked it.
#[utoipa::path(
    operation_id = "claim_guardianship", tag = "privacy",
    request_body = ClaimGuardianshipBody,
    responses(
        (status = 201, description = "已申报 / claimed", body = GuardianshipView),
        (status = 409, description = "已申报过 / claimed already", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/me/guardianships")]
pub(crate) async fn claim_guardianship(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<ClaimGuardianshipBody>,
) -> Result<HttpResponse, Failure> {
    let command = ClaimGuardianship {
        minor: body.0.minor,
        ends_at: body.0.ends_at,
    };
    let claimed = app::guardianships::claim_guardianship(&identity, &ctx, command).await?;
    Ok(HttpResponse::Created().json(GuardianshipView::from(claimed)))
}

/// 与本人有关的监护关系。
///
/// Lists the guardianships in which the caller is guardian or child.
#[utoipa::path(
    operation_id = "list_my_guardianships", tag = "privacy",
    responses((status = 200, description = "全部 / all of them", body = Page<GuardianshipView>)),
    security(("bearer" = [])),
)]
#[get("/me/guardianships")]
pub(crate) async fn list_my_guardianships(
    identity: web::Data<Identity>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let found = app::guardianships::list_my_guardianships(&identity, &ctx).await?;
    let items = found.into_iter().map(GuardianshipView::from).collect();
    Ok(ok(&Page { items, next: None }))
}

/// 终止本人的监护关系。
///
/// Ends a guardianship of the caller's.
#[utoipa::path(
    operation_id = "end_guardianship", tag = "privacy",
    params(("id" = GuardianshipId, Path)),
    responses(
        (status = 200, description = "已终止 / ended", body = GuardianshipView),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "当前状态不允许 / not from this state", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/me/guardianships/{id}/actions/end")]
pub(crate) async fn end_guardianship(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<GuardianshipId>,
) -> Result<HttpResponse, Failure> {
    let ended = app::guardianships::end_guardianship(&identity, &ctx, id.0).await?;
    Ok(ok(&GuardianshipView::from(ended)))
}

/// 核实监护关系。
///
/// Confirms a claim; both persons must be known at a place of the caller's.
#[utoipa::path(
    operation_id = "confirm_guardianship", tag = "privacy",
    params(("id" = GuardianshipId, Path)),
    responses(
        (status = 200, description = "已核实 / confirmed", body = GuardianshipView),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "当前状态不允许 / not from this state", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/guardianships/{id}/actions/confirm")]
pub(crate) async fn confirm_guardianship(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<GuardianshipId>,
) -> Result<HttpResponse, Failure> {
    decide(&identity, &ctx, id.0, GuardianshipStep::Confirm).await
}

/// 驳回监护关系。
///
/// Refuses a claim.
#[utoipa::path(
    operation_id = "refuse_guardianship", tag = "privacy",
    params(("id" = GuardianshipId, Path)),
    responses(
        (status = 200, description = "已驳回 / refused", body = GuardianshipView),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "当前状态不允许 / not from this state", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/guardianships/{id}/actions/refuse")]
pub(crate) async fn refuse_guardianship(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<GuardianshipId>,
) -> Result<HttpResponse, Failure> {
    decide(&identity, &ctx, id.0, GuardianshipStep::Refuse).await
}

/// 终止监护关系的事由 (why a guardianship of others is ended).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawGuardianshipBody {
    /// 事由 (reason).
    reason: Text<4, 500>,
}

/// 撤销已核实的监护关系。
///
/// Ends a confirmed guardianship of others: where guardian or child is known at a place of the caller's, or
/// for the security administrator anywhere.
#[utoipa::path(
    operation_id = "withdraw_guardianship", tag = "privacy",
    params(("id" = GuardianshipId, Path)),
    request_body = WithdrawGuardianshipBody,
    responses(
        (status = 200, description = "已终止 / ended", body = GuardianshipView),
        (status = 409, description = "当前状态不允许 / not from this state", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/guardianships/{id}/actions/withdraw")]
pub(crate) async fn withdraw_guardianship(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<GuardianshipId>,
    body: Valid<WithdrawGuardianshipBody>,
) -> Result<HttpResponse, Failure> {
    let reason = body.0.reason.into_string();
    let withdraw = app::guardianships::withdraw_guardianship;
    let ended = withdraw(&identity, &ctx, id.0, reason).await?;
    Ok(ok(&GuardianshipView::from(ended)))
}

async fn decide(
    identity: &Identity,
    ctx: &Ctx,
    id: GuardianshipId,
    decision: GuardianshipStep,
) -> Result<HttpResponse, Failure> {
    let decided = app::guardianships::decide_guardianship(identity, ctx, id, decision).await?;
    Ok(ok(&GuardianshipView::from(decided)))
}
