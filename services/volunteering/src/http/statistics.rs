//! Figures of voluntary service (统计).

use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, ValidQuery};
use kernel::{OrgPath, Timestamp};
use problem::Failure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::civil::ServiceDay;
use crate::app::{self, App, ServiceStatistics};
use crate::domain::statistics::{Figures, Measure, all_shown, basis_points, row_shown, shown};

/// Which figures.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ServiceStatisticsQuery {
    /// 该组织及以下 (of this place and all below).
    org_path: OrgPath,
    /// 起：日期（含当日） (first day).
    #[param(value_type = String, example = "2026-11-01")]
    from: ServiceDay,
    /// 止：日期（含当日），最多 366 天 (last day; 366 days at most).
    #[param(value_type = String, example = "2026-11-30")]
    to: ServiceDay,
}

/// A rate (比率): its parts, and hundredths of a percent; absent where a part is hidden or there is no whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceRateView {
    /// 分子 (part).
    numerator: Option<u64>,
    /// 分母 (whole).
    denominator: Option<u64>,
    /// 万分比 (hundredths of a percent).
    basis_points: Option<u64>,
}

impl ServiceRateView {
    fn new(part: u64, whole: u64, all: bool) -> Self {
        // the part that is missing is small as well: who has one number has the other
        let open = row_shown(&[part, whole, whole.saturating_sub(part)], all);
        Self {
            numerator: open.then_some(part),
            denominator: shown(whole, all),
            basis_points: basis_points(part, whole).filter(|_| open),
        }
    }

    /// The same of a period, which comes first, and its months: what one of them hides is hidden.
    fn of_period(of: &[&Figures], (part, whole): (Measure, Measure), all: bool) -> Self {
        let row = |figures: &Figures| {
            let (part, whole) = (figures.of(part), figures.of(whole));
            vec![part, whole, whole.saturating_sub(part)]
        };
        let whole_shown = all_shown(of, |figures| vec![figures.of(whole)], all);
        let sum = |measure| of.first().map_or(0, |figures| figures.of(measure));
        let open = all_shown(of, row, all);
        Self {
            numerator: open.then(|| sum(part)),
            denominator: whole_shown.then(|| sum(whole)),
            basis_points: basis_points(sum(part), sum(whole)).filter(|_| open),
        }
    }
}

/// A count by kind, state or stars.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceCountView {
    /// 类别、状态或星级 (kind, state or stars).
    name: String,
    /// 数 (count).
    count: u64,
}

/// Service of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServedKindView {
    /// 服务类别 (kind).
    kind: String,
    /// 人次 (times).
    times: u64,
    /// 分钟 (minutes).
    minutes: u64,
}

/// Figures of voluntary service of a place and a period (formulas 25, 28).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceStatisticsView {
    /// 组织 (the place).
    org_path: OrgPath,
    /// 起 (first day).
    from: ServiceDay,
    /// 止 (last day).
    to: ServiceDay,
    /// 截至 (when it was summed up).
    as_of: Timestamp,
    /// 志愿者，按状态；小于 5 不公开 (volunteers by state, as of now; small counts are for those who run the place).
    volunteers: Option<Vec<ServiceCountView>>,
    /// 星级志愿者，按星级 (volunteers by stars, as of now).
    stars: Option<Vec<ServiceCountView>>,
    /// 活跃率：近 12 个月有已确认服务 ÷ 已注册 (with a confirmed service in the last year ÷ registered, as of now).
    active: ServiceRateView,
    /// 服务人次 (confirmed services).
    times: Option<u64>,
    /// 服务分钟 (confirmed minutes).
    minutes: Option<u64>,
    /// 积分，百分之一分 (points, in hundredths).
    points_hundredths: Option<u64>,
    /// 按服务类别 (by kind).
    by_kind: Option<Vec<ServedKindView>>,
    /// 人均服务分钟：服务分钟 ÷ 已注册 (minutes ÷ registered).
    minutes_per_volunteer: Option<u64>,
    /// 出勤率：到岗 ÷ 录取，今日及以后不计 (came ÷ accepted, of days that are over).
    attendance: ServiceRateView,
    /// 认领率：有人认领 ÷ 已结束的接单任务 (taken ÷ tasks that ended).
    claims: ServiceRateView,
}

fn counts(figures: &Figures, measure: Measure, all: bool) -> Option<Vec<ServiceCountView>> {
    let found: Vec<(&str, u64)> = figures.kinds(measure).collect();
    let row: Vec<u64> = found.iter().map(|(_, count)| *count).collect();
    let view = |(name, count): (&str, u64)| ServiceCountView {
        name: name.to_owned(),
        count,
    };
    row_shown(&row, all).then(|| found.into_iter().map(view).collect())
}

fn by_kind(figures: &Figures, of: &[&Figures], all: bool) -> Option<Vec<ServedKindView>> {
    let found: Vec<(&str, u64)> = figures.kinds(Measure::Times).collect();
    let row = |figures: &Figures| {
        figures
            .kinds(Measure::Times)
            .map(|(_, times)| times)
            .collect()
    };
    let view = |(kind, times): (&str, u64)| ServedKindView {
        kind: kind.to_owned(),
        times,
        minutes: figures.of_kind(Measure::Minutes, kind),
    };
    all_shown(of, row, all).then(|| found.into_iter().map(view).collect())
}

impl ServiceStatisticsView {
    fn new(query: &ServiceStatisticsQuery, as_of: Timestamp, found: &ServiceStatistics) -> Self {
        let (all, period, standing) = (found.all, &found.period, &found.standing);
        let registered = standing.of_kind(Measure::Volunteers, "registered")
            + standing.of_kind(Measure::Volunteers, "certified");
        let (times, minutes) = (period.of(Measure::Times), period.of(Measure::Minutes));
        // minutes of a few services are minutes of a few people
        let parts: Vec<&Figures> = std::iter::once(period).chain(&found.months).collect();
        let attended: Vec<&Figures> = std::iter::once(&found.attendance)
            .chain(&found.months)
            .collect();
        let open = all_shown(&parts, |figures| vec![figures.of(Measure::Times)], all);
        Self {
            org_path: query.org_path.clone(),
            from: query.from,
            to: query.to,
            as_of,
            volunteers: counts(standing, Measure::Volunteers, all),
            stars: counts(standing, Measure::Stars, all),
            active: ServiceRateView::new(found.year.of(Measure::LastServed), registered, all),
            times: open.then_some(times),
            minutes: open.then_some(minutes),
            points_hundredths: open.then(|| period.of(Measure::Points)),
            by_kind: by_kind(period, &parts, all),
            minutes_per_volunteer: minutes
                .checked_div(registered)
                .filter(|_| open && shown(registered, all).is_some()),
            attendance: ServiceRateView::of_period(
                &attended,
                (Measure::Arrived, Measure::Accepted),
                all,
            ),
            claims: ServiceRateView::of_period(
                &parts,
                (Measure::TasksTaken, Measure::TasksEnded),
                all,
            ),
        }
    }
}

/// 志愿服务统计 / sums up voluntary service of a place and a period
///
/// Everybody sees figures; counts below five, and what they would follow from, are for those who run the place, and so is
/// any period but a calendar month or a calendar quarter that is over.
#[utoipa::path(
    operation_id = "show_service_statistics",
    tag = "service-statistics",
    params(ServiceStatisticsQuery),
    responses((status = 200, description = "统计 / the figures", body = ServiceStatisticsView)),
)]
#[get("/statistics")]
pub(crate) async fn show_service_statistics(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ServiceStatisticsQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let days = (query.from.0, query.to.0);
    let found = app::show_statistics(&app, &ctx, &query.org_path, days).await?;
    Ok(http::ok(&ServiceStatisticsView::new(
        &query, ctx.now, &found,
    )))
}
