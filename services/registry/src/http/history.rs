use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, ValidQuery};
use contracts::registry::OrgKind;
use kernel::OrgCode;
use problem::Failure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::day::Day;
use crate::app::{self, App};
use crate::domain::history::{Ending, Past, Succession};

/// Which past states to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Which day to look at.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOfQuery {
    /// 日期 (the day).
    on: Day,
}

/// A past state of an organisation (历史状态).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PastView {
    /// 起始日 (first day).
    since: Day,
    /// 终止日，不含 (first day on which it was no longer so).
    until: Day,
    /// 类型 (its kind).
    kind: OrgKind,
    /// 名称 (its name).
    name: String,
    /// 上级组织代码 (code of the organisation above).
    parent_code: Option<OrgCode>,
    /// 终止原因 (what ended it).
    ended_by: EndingView,
}

/// What ended a state.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EndingView {
    /// 更名
    Renamed,
    /// 划转
    Moved,
    /// 撤销
    Closed,
}

/// An organisation as it was on a day (当日状态).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AsOfView {
    /// 组织代码 (its code).
    code: OrgCode,
    /// 名称 (its name then).
    name: String,
    /// 类型 (its kind).
    kind: OrgKind,
    /// 上级组织代码 (code of the organisation above it then).
    parent_code: Option<OrgCode>,
    /// 自何日起 (since when it was so).
    since: Day,
    /// 当日各级上级，自近至远 (what was above it then, the nearest first).
    above: Vec<AboveView>,
}

/// One level above.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AboveView {
    /// 组织代码 (its code).
    code: OrgCode,
    /// 名称 (its name then).
    name: String,
    /// 类型 (its kind).
    kind: OrgKind,
}

/// One organisation took another's place (沿革).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuccessionView {
    /// 前身代码 (what was).
    predecessor: OrgCode,
    /// 后继代码 (what is instead).
    successor: OrgCode,
    /// 生效日期 (first day of it).
    counts_from: Day,
}

impl From<Past> for PastView {
    fn from(past: Past) -> Self {
        Self {
            since: Day(past.since),
            until: Day(past.until),
            kind: past.kind,
            name: past.name,
            parent_code: past.parent_code,
            ended_by: match past.ended_by {
                Ending::Renamed => EndingView::Renamed,
                Ending::Moved => EndingView::Moved,
                Ending::Closed => EndingView::Closed,
            },
        }
    }
}

impl From<Succession> for SuccessionView {
    fn from(succession: Succession) -> Self {
        Self {
            predecessor: succession.predecessor,
            successor: succession.successor,
            counts_from: Day(succession.counts_from),
        }
    }
}

/// 历史沿革 / lists what an organisation was before
#[utoipa::path(
    operation_id = "list_organisation_history",
    tag = "organisations",
    params(("code" = String, Path, description = "组织代码 / its code"), HistoryQuery),
    responses((status = 200, description = "历史状态，自早至晚 / past states, the oldest first", body = Page<PastView>)),
)]
#[get("/organisations/{code}/history")]
pub(crate) async fn list_organisation_history(
    app: web::Data<App>,
    _ctx: Ctx,
    code: web::Path<String>,
    query: ValidQuery<HistoryQuery>,
) -> Result<HttpResponse, Failure> {
    let cursor = query.0.cursor.as_deref();
    let (found, next) = app::list_history(&app, &code, cursor, query.0.limit.size()).await?;
    let items = found.into_iter().map(PastView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 某日状态 / shows an organisation as it was on a day
///
/// With its name, what was directly above it, and the chain up to the root on that day.
#[utoipa::path(
    operation_id = "show_organisation_as_of",
    tag = "organisations",
    params(("code" = String, Path, description = "组织代码 / its code"), AsOfQuery),
    responses((status = 200, description = "当日状态 / as it was", body = AsOfView)),
)]
#[get("/organisations/{code}/as-of")]
pub(crate) async fn show_organisation_as_of(
    app: web::Data<App>,
    _ctx: Ctx,
    code: web::Path<String>,
    query: ValidQuery<AsOfQuery>,
) -> Result<HttpResponse, Failure> {
    let (state, above) = app::show_as_of(&app, &code, query.0.on.date()).await?;
    Ok(http::ok(&AsOfView::new(state, above)))
}

impl AsOfView {
    fn new(state: Past, above: Vec<Past>) -> Self {
        Self {
            code: state.code,
            name: state.name,
            kind: state.kind,
            parent_code: state.parent_code,
            since: Day(state.since),
            above: above
                .into_iter()
                .map(|above| AboveView {
                    code: above.code,
                    name: above.name,
                    kind: above.kind,
                })
                .collect(),
        }
    }
}

/// 前身与后继 / lists what an organisation came from and what it went into
#[utoipa::path(
    operation_id = "list_successions",
    tag = "organisations",
    params(("code" = String, Path, description = "组织代码 / its code")),
    responses((status = 200, description = "前身与后继，自早至晚 / the oldest first", body = Page<SuccessionView>)),
)]
#[get("/organisations/{code}/successions")]
pub(crate) async fn list_successions(
    app: web::Data<App>,
    _ctx: Ctx,
    code: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let found = app::list_successions(&app, &code).await?;
    let items = found.into_iter().map(SuccessionView::from).collect();
    Ok(http::ok(&Page { items, next: None }))
}
