use actix_web::{HttpResponse, get, post, put, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{AgreementId, CommitmentId, OrgCode};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::agreement_bodies::{
    AgreementView, ChangeAgreementBody, ChangeCommitmentBody, CommitmentView, DraftAgreementBody,
    FulfilmentView,
};
use super::day::Day;
use crate::app::{self, App, ChangeAgreement, Deed, Origin};

/// Whose agreements to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AgreementQuery {
    /// 协议方 (the party).
    org_code: OrgCode,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Whose commitments to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CommitmentQuery {
    /// 承诺方 (the party that promised).
    org_code: OrgCode,
    /// 截至此日到期的 (due until this day; all where none is named).
    due_until: Option<Day>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Whose fulfilment to show.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FulfilmentQuery {
    /// 承诺方 (the party that promised).
    org_code: OrgCode,
}

/// A commitment with its agreement (到期事项).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DueView {
    /// 协议编号 (the agreement).
    agreement_id: AgreementId,
    /// 承诺事项 (the commitment).
    commitment: CommitmentView,
}

/// 起草共建协议 / drafts an agreement
#[utoipa::path(
    operation_id = "draft_agreement",
    tag = "agreements",
    request_body = DraftAgreementBody,
    responses((status = 201, description = "已起草 / drafted", body = AgreementView)),
)]
#[post("/agreements")]
pub(crate) async fn draft_agreement(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<DraftAgreementBody>,
) -> Result<HttpResponse, Failure> {
    let command = body.0.command(None);
    let key = ctx.idempotency(&command);
    let agreement = app::draft_agreement(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let location = format!("/api/registry/v1/agreements/{}", agreement.id);
    let version = agreement.version;
    let view = AgreementView::new(&app, &ctx, agreement);
    Ok(http::created(&location, version, &view))
}

/// 修改协议草案 / writes a draft anew
#[utoipa::path(
    operation_id = "revise_agreement",
    tag = "agreements",
    params(("id" = AgreementId, Path, description = "协议编号 / its id")),
    request_body = DraftAgreementBody,
    responses(
        (status = 200, description = "已修改 / written", body = AgreementView),
        (status = 409, description = "已不是草案 / no draft any more", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[put("/agreements/{id}")]
pub(crate) async fn revise_agreement(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<AgreementId>,
    body: Valid<DraftAgreementBody>,
) -> Result<HttpResponse, Failure> {
    let command = body.0.command(Some((id.0, ctx.if_match)));
    let key = ctx.idempotency(&command);
    let agreement = app::draft_agreement(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let version = agreement.version;
    let view = AgreementView::new(&app, &ctx, agreement);
    Ok(http::ok_with_etag(version, &view))
}

/// 处理共建协议 / proposes, consents to, sends back, withdraws or ends an agreement
#[utoipa::path(
    operation_id = "change_agreement",
    tag = "agreements",
    params(("id" = AgreementId, Path, description = "协议编号 / its id")),
    request_body = ChangeAgreementBody,
    responses(
        (status = 200, description = "已处理 / done", body = AgreementView),
        (status = 409, description = "当前状态不允许 / not from its state", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/agreements/{id}/steps")]
pub(crate) async fn change_agreement(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<AgreementId>,
    body: Valid<ChangeAgreementBody>,
) -> Result<HttpResponse, Failure> {
    let deed = Deed::Agreement(id.0, body.0.step);
    change(&app, &ctx, deed, body.0.party_code).await
}

/// 处理承诺事项 / reports a commitment as kept, confirms that or does not
#[utoipa::path(
    operation_id = "change_commitment",
    tag = "agreements",
    params(("id" = CommitmentId, Path, description = "承诺事项编号 / its id")),
    request_body = ChangeCommitmentBody,
    responses(
        (status = 200, description = "已处理 / done", body = AgreementView),
        (status = 409, description = "当前状态不允许 / not from its state", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/commitments/{id}/steps")]
pub(crate) async fn change_commitment(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<CommitmentId>,
    body: Valid<ChangeCommitmentBody>,
) -> Result<HttpResponse, Failure> {
    let deed = Deed::Commitment(id.0, body.0.step);
    change(&app, &ctx, deed, body.0.party_code).await
}

async fn change(app: &App, ctx: &Ctx, deed: Deed, party: OrgCode) -> Result<HttpResponse, Failure> {
    let command = ChangeAgreement {
        deed,
        party,
        account: ctx.principal.account,
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let agreement = app::change_agreement(app, &Origin::of(ctx), key.as_ref(), &command).await?;
    let version = agreement.version;
    let view = AgreementView::new(app, ctx, agreement);
    Ok(http::ok_with_etag(version, &view))
}

/// 共建协议详情 / shows an agreement
#[utoipa::path(
    operation_id = "show_agreement",
    tag = "agreements",
    params(("id" = AgreementId, Path, description = "协议编号 / its id")),
    responses((status = 200, description = "协议 / the agreement", body = AgreementView)),
)]
#[get("/agreements/{id}")]
pub(crate) async fn show_agreement(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<AgreementId>,
) -> Result<HttpResponse, Failure> {
    let agreement = app::show_agreement(&app, &Origin::of(&ctx), id.0).await?;
    let version = agreement.version;
    let view = AgreementView::new(&app, &ctx, agreement);
    Ok(http::ok_with_etag(version, &view))
}

/// 共建协议列表 / lists the agreements of a party, the newest first
#[utoipa::path(
    operation_id = "list_agreements",
    tag = "agreements",
    params(AgreementQuery),
    responses((status = 200, description = "一页协议 / a page of agreements", body = Page<AgreementView>)),
)]
#[get("/agreements")]
pub(crate) async fn list_agreements(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<AgreementQuery>,
) -> Result<HttpResponse, Failure> {
    let (origin, cursor) = (Origin::of(&ctx), query.0.cursor.as_deref());
    let (org, limit) = (&query.0.org_code, query.0.limit.size());
    let (found, next) = app::list_agreements(&app, &origin, org, cursor, limit).await?;
    let view = |agreement| AgreementView::new(&app, &ctx, agreement);
    let items = found.into_iter().map(view).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 到期承诺 / lists what a party has to do, the most urgent first
#[utoipa::path(
    operation_id = "list_commitments",
    tag = "agreements",
    params(CommitmentQuery),
    responses((status = 200, description = "一页承诺事项 / a page of commitments", body = Page<DueView>)),
)]
#[get("/commitments")]
pub(crate) async fn list_commitments(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<CommitmentQuery>,
) -> Result<HttpResponse, Failure> {
    let (origin, cursor) = (Origin::of(&ctx), query.0.cursor.as_deref());
    let (org, limit) = (&query.0.org_code, query.0.limit.size());
    let until = query.0.due_until.map(Day::date);
    let (found, next) = app::list_due(&app, &origin, org, until, cursor, limit).await?;
    let view = |(agreement_id, commitment)| DueView {
        agreement_id,
        commitment: CommitmentView::from(commitment),
    };
    let items = found.into_iter().map(view).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 兑现率 / counts what a party has promised and kept
#[utoipa::path(
    operation_id = "show_fulfilment",
    tag = "agreements",
    params(FulfilmentQuery),
    responses((status = 200, description = "兑现情况 / what was kept", body = FulfilmentView)),
)]
#[get("/commitments/fulfilment")]
pub(crate) async fn show_fulfilment(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<FulfilmentQuery>,
) -> Result<HttpResponse, Failure> {
    let tally = app::show_fulfilment(&app, &Origin::of(&ctx), &query.0.org_code).await?;
    Ok(http::ok(&FulfilmentView::from(tally)))
}
