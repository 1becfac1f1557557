use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{AccountId, OrgCode, ReportInId, Timestamp, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{self, App, OpenReportIn, Origin, ReportedBy, StepReportIn};
use crate::domain::report_in::{Party, ReportIn, ReportInState, ReportInStep};

/// Where to report in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenReportInBody {
    /// 社区代码 (the community).
    community_code: OrgCode,
    /// 单位代码，不填则为本人报到 (the unit; the caller where none is named).
    #[serde(default)]
    unit_code: Option<OrgCode>,
}

/// What is done about a report-in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepReportInBody {
    /// 处理 (the step: the community confirms or refuses, either side ends).
    step: ReportInStep,
}

/// Which report-ins to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportInQuery {
    /// 社区代码，不填则为本人的 (the community; the caller's own where none is named).
    community_code: Option<OrgCode>,
    /// 状态，与社区代码同用 (of this state, at a community).
    state: Option<ReportInState>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// A unit or a member at a community (报到).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportInView {
    /// 编号 (its id).
    id: ReportInId,
    /// 社区代码 (the community).
    community_code: OrgCode,
    /// 单位代码 (the unit; none where a member reports in).
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_code: Option<OrgCode>,
    /// 报到人账号 (who reported in).
    account_id: AccountId,
    /// 状态 (how far it has come).
    state: ReportInState,
    /// 版本 (its version).
    version: Version,
    /// 报到时间 (when it was entered).
    created_at: Timestamp,
    /// 最近变动时间 (when it last changed).
    updated_at: Timestamp,
}

impl From<ReportIn> for ReportInView {
    fn from(report: ReportIn) -> Self {
        Self {
            id: report.id,
            community_code: report.community_code,
            unit_code: match report.party {
                Party::Unit(unit) => Some(unit),
                Party::Member(_) => None,
            },
            account_id: report.account,
            state: report.state,
            version: report.version,
            created_at: report.created_at,
            updated_at: report.updated_at,
        }
    }
}

/// 报到 / reports in at a community
#[utoipa::path(
    operation_id = "open_report_in",
    tag = "report-ins",
    request_body = OpenReportInBody,
    responses(
        (status = 201, description = "已报到、待确认 / reported in, to be confirmed", body = ReportInView),
        (status = 409, description = "已报到 / has reported in already", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/report-ins")]
pub(crate) async fn open_report_in(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<OpenReportInBody>,
) -> Result<HttpResponse, Failure> {
    let command = OpenReportIn {
        community_code: body.0.community_code,
        unit_code: body.0.unit_code,
        account: ctx.principal.account,
    };
    let key = ctx.idempotency(&command);
    let report = app::open_report_in(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let location = format!("/api/registry/v1/report-ins/{}", report.id);
    Ok(http::created(
        &location,
        report.version,
        &ReportInView::from(report),
    ))
}

/// 处理报到 / confirms, refuses or ends a report-in
#[utoipa::path(
    operation_id = "change_report_in",
    tag = "report-ins",
    params(("id" = ReportInId, Path, description = "报到编号 / its id")),
    request_body = StepReportInBody,
    responses(
        (status = 200, description = "已处理 / done", body = ReportInView),
        (status = 409, description = "当前状态不允许 / not from its state", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/report-ins/{id}/steps")]
pub(crate) async fn change_report_in(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ReportInId>,
    body: Valid<StepReportInBody>,
) -> Result<HttpResponse, Failure> {
    let command = StepReportIn {
        id: id.0,
        step: body.0.step,
        account: ctx.principal.account,
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let report = app::step_report_in(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        report.version,
        &ReportInView::from(report),
    ))
}

/// 报到列表 / lists report-ins, the newest first
#[utoipa::path(
    operation_id = "list_report_ins",
    tag = "report-ins",
    params(ReportInQuery),
    responses((status = 200, description = "一页报到 / a page of report-ins", body = Page<ReportInView>)),
)]
#[get("/report-ins")]
pub(crate) async fn list_report_ins(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ReportInQuery>,
) -> Result<HttpResponse, Failure> {
    let whose = match query.0.community_code {
        Some(code) => ReportedBy::At(code, query.0.state),
        None => ReportedBy::Account(ctx.principal.account),
    };
    let (origin, cursor) = (Origin::of(&ctx), query.0.cursor.as_deref());
    let limit = query.0.limit.size();
    let (found, next) = app::list_report_ins(&app, &origin, whose, cursor, limit).await?;
    let items = found.into_iter().map(ReportInView::from).collect();
    Ok(http::ok(&Page { items, next }))
}
