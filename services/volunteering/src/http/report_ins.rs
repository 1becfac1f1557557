use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, ValidQuery};
use kernel::{OrgCode, ReportInId, Timestamp};
use problem::Failure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{self, App, PageWanted};
use crate::domain::report_in::{Party, ReportIn};

/// At which community.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportedUnitsQuery {
    /// 社区代码 (the community).
    community_code: OrgCode,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// A report-in that the community confirmed (报到).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfirmedReportInView)]
pub(crate) struct ReportInView {
    /// 编号 (its id).
    id: ReportInId,
    /// 社区代码 (the community).
    community_code: OrgCode,
    /// 单位代码 (the unit; none where a member reported in).
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_code: Option<OrgCode>,
    /// 报到时间 (when it was entered).
    reported_at: Timestamp,
}

/// Where the caller reported in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyReportInsView {
    /// 报到的社区 (the communities, the newest report-in first).
    items: Vec<ReportInView>,
}

impl From<ReportIn> for ReportInView {
    fn from(report: ReportIn) -> Self {
        Self {
            id: report.id,
            community_code: report.community,
            unit_code: match report.party {
                Party::Unit(unit) => Some(unit),
                Party::Member(_) => None,
            },
            reported_at: report.reported_at,
        }
    }
}

/// 我的党员报到 / lists where the caller reported in as a member of the party
///
/// Reporting in and its confirmation are registry's (`/api/registry/v1/report-ins`). Nobody else is shown it here.
#[utoipa::path(
    operation_id = "list_my_report_ins",
    tag = "report-ins",
    responses((status = 200, description = "报到 / the report-ins", body = MyReportInsView)),
)]
#[get("/me/report-ins")]
pub(crate) async fn list_my_report_ins(
    app: web::Data<App>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let found = app::list_my_report_ins(&app, &ctx).await?;
    let items = found.into_iter().map(ReportInView::from).collect();
    Ok(http::ok(&MyReportInsView { items }))
}

/// 在社区报到的单位 / lists the units that reported in at a community
///
/// Units, nobody's account: those whom a duty by turns (周五我值日) may name.
#[utoipa::path(
    operation_id = "list_reported_units",
    tag = "report-ins",
    params(ReportedUnitsQuery),
    responses((status = 200, description = "一页单位 / a page of units", body = Page<ReportInView>)),
)]
#[get("/reported-units")]
pub(crate) async fn list_reported_units(
    app: web::Data<App>,
    _ctx: Ctx,
    query: ValidQuery<ReportedUnitsQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let wanted = PageWanted {
        cursor: query.cursor,
        limit: query.limit.size(),
    };
    let (found, next) = app::list_reported_units(&app, &query.community_code, &wanted).await?;
    let items = found.into_iter().map(ReportInView::from).collect();
    Ok(http::ok(&Page { items, next }))
}
