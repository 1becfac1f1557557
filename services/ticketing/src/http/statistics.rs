//! Figures.

use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, ValidQuery};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{OrgCode, Timestamp};
use problem::Failure;
use serde::{Deserialize, Deserializer, de};
use utoipa::IntoParams;

use crate::app::list_figure_orders::{FigureOrderView, ListFigureOrders};
use crate::app::list_flags::{FigureFlagsView, ListFlags};
use crate::app::show_statistics::{ShowStatistics, StatisticsGroupBy, StatisticsView};
use crate::app::{self, App};

/// The period where the caller names none.
const USUAL_DAYS: i32 = 30;

/// A day of the business zone, or an instant of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Day(Date),
    Instant(Timestamp),
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if let (10, Ok(day)) = (text.len(), text.parse()) {
            return Ok(Self::Day(day));
        }
        text.parse().map(Self::Instant).map_err(|_| {
            de::Error::custom(
                "须为 2026-11-22 或 2026-11-22T08:00:00Z 的形式 (must be a date or an RFC 3339 time)",
            )
        })
    }
}

impl Moment {
    /// Returns the day that is meant.
    fn day(self, zone: &TimeZone) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Instant(instant) => instant.date_in(zone),
        }
    }
}

/// The days that a query means; the last month where it names none.
fn period(
    from: Option<Moment>,
    to: Option<Moment>,
    now: Timestamp,
    zone: &TimeZone,
) -> (Date, Date) {
    let to = to.map_or_else(|| now.date_in(zone), |to| to.day(zone));
    let from = from.map_or_else(
        || to.checked_sub(USUAL_DAYS.days()).unwrap_or(to),
        |from| from.day(zone),
    );
    (from, to)
}

/// Which figures.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatisticsQuery {
    /// 起：日期（含当日），时刻按其所在日期；默认 to 前 30 天 (a date, that day included; a time stands for its day; 30 days before `to` by default).
    #[param(value_type = Option<String>, example = "2026-11-01", pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$")]
    from: Option<Moment>,
    /// 止：日期（含当日），时刻按其所在日期；默认今天 (a date, that day included; a time stands for its day; today by default).
    #[param(value_type = Option<String>, example = "2026-11-30", pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$")]
    to: Option<Moment>,
    /// 范围；默认本人授权范围 (the place; the caller's widest scope by default).
    org_code: Option<OrgCode>,
    /// 分组：类别、渠道、流程、日、下级区域、单位（区域和单位各至多 200 个） (apart by category, channel, workflow, day, places
    /// or units directly below; at most 200 of these).
    #[param(inline)]
    by: Option<StatisticsGroupBy>,
}

/// Orders behind a figure.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FigureOrdersQuery {
    /// 哪个数，如 `closed_in_time` (which count, as in `counts` of the figures).
    #[param(example = "closed_in_time")]
    count: String,
    /// 起：日期（含当日）；默认 to 前 30 天 (30 days before `to` by default).
    #[param(value_type = Option<String>, example = "2026-11-01", pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$")]
    from: Option<Moment>,
    /// 止：日期（含当日）；默认今天 (today by default).
    #[param(value_type = Option<String>, example = "2026-11-30", pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$")]
    to: Option<Moment>,
    /// 范围；默认本人授权范围 (the place; the caller's widest scope by default).
    org_code: Option<OrgCode>,
    /// 类别 (category).
    category: Option<String>,
    /// 渠道 (channel).
    channel: Option<String>,
    /// 流程 (workflow).
    workflow: Option<String>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Which flags.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FlagsQuery {
    /// 起：日期（含当日）；默认 to 前 30 天 (30 days before `to` by default).
    #[param(value_type = Option<String>, example = "2026-11-01", pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$")]
    from: Option<Moment>,
    /// 止：日期（含当日）；默认今天 (today by default).
    #[param(value_type = Option<String>, example = "2026-11-30", pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$")]
    to: Option<Moment>,
    /// 地点或单位；默认本人授权范围 (place or unit; the caller's widest scope by default).
    org_code: Option<OrgCode>,
}

/// 疑似刷数 / lists signs of work for the figures instead of the matter
///
/// By unit, of orders opened in the period: mass closing, template replies, closed and opened again, signed at the last moment. A
/// reason to look, no judgement.
#[utoipa::path(
    operation_id = "list_flags",
    tag = "statistics",
    params(FlagsQuery),
    responses((status = 200, description = "提示 / flags", body = FigureFlagsView)),
)]
#[get("/statistics/flags")]
pub(crate) async fn list_flags(
    app: web::Data<App>,
    ctx: Ctx,
    ValidQuery(query): ValidQuery<FlagsQuery>,
) -> Result<HttpResponse, Failure> {
    let (from, to) = period(query.from, query.to, ctx.now, &app.zone);
    let wanted = ListFlags {
        from,
        to,
        org_code: query.org_code,
    };
    Ok(http::ok(
        &app::list_flags::list_flags(&app, &ctx, &wanted).await?,
    ))
}

/// 统计下钻 / lists the orders behind a figure
///
/// Those that add to a count of the figures of the same place and period, newest first. A page may be shorter than asked for, even
/// empty, while there is a next one: what was looked at counts, not what was found.
#[utoipa::path(
    operation_id = "list_figure_orders",
    tag = "statistics",
    params(FigureOrdersQuery),
    responses((status = 200, description = "工单 / orders", body = Page<FigureOrderView>)),
)]
#[get("/statistics/orders")]
pub(crate) async fn list_figure_orders(
    app: web::Data<App>,
    ctx: Ctx,
    ValidQuery(query): ValidQuery<FigureOrdersQuery>,
) -> Result<HttpResponse, Failure> {
    let (from, to) = period(query.from, query.to, ctx.now, &app.zone);
    let wanted = ListFigureOrders {
        count: query.count,
        from,
        to,
        org_code: query.org_code,
        facets: [query.workflow, query.category, query.channel],
        cursor: query.cursor,
        limit: query.limit,
    };
    let page = app::list_figure_orders::list_figure_orders(&app, &ctx, &wanted).await?;
    Ok(http::ok(&page))
}

/// 统计 / shows figures
///
/// Orders opened in the period at or below the place, what became of them up to now: counts by workflow and state,
/// and rates, each with its numerator and denominator; a rate without a denominator has no value. Days are whole days of the
/// zone of the business.
#[utoipa::path(
    operation_id = "show_statistics",
    tag = "statistics",
    params(StatisticsQuery),
    responses((status = 200, description = "统计 / figures", body = StatisticsView)),
)]
#[get("/statistics")]
pub(crate) async fn show_statistics(
    app: web::Data<App>,
    ctx: Ctx,
    ValidQuery(query): ValidQuery<StatisticsQuery>,
) -> Result<HttpResponse, Failure> {
    let (from, to) = period(query.from, query.to, ctx.now, &app.zone);
    let wanted = ShowStatistics {
        from,
        to,
        org_code: query.org_code,
        by: query.by,
    };
    Ok(http::ok(
        &app::show_statistics::show_statistics(&app, &ctx, &wanted).await?,
    ))
}
