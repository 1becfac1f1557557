//! Figures.

use std::time::Duration;

use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::http::{self, ValidQuery};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{OrgCode, Timestamp};
use problem::Failure;
use serde::{Deserialize, Deserializer, de};
use utoipa::IntoParams;

use crate::app::show_statistics::{ShowStatistics, StatisticsView};
use crate::app::{self, App};

/// The period where the caller names none.
const USUAL_PERIOD: Duration = Duration::from_hours(30 * 24);

/// A day of the business zone, or an instant.
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
    /// Returns when a period that is said to begin here begins.
    fn start(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => midnight(day, zone),
            Self::Instant(instant) => instant,
        }
    }

    /// Returns when a period that is said to end here ends: a day belongs to it.
    fn end(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => day
                .tomorrow()
                .map_or(midnight(day, zone), |next| midnight(next, zone)),
            Self::Instant(instant) => instant,
        }
    }
}

/// Finds the first instant of a day; days beyond what can be said are cut to the edge of time.
fn midnight(day: Date, zone: &TimeZone) -> Timestamp {
    let micros = zone
        .to_timestamp(day.at(0, 0, 0, 0))
        .map_or(i64::MAX, jiff::Timestamp::as_microsecond);
    Timestamp::from_micros(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Which figures.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatisticsQuery {
    /// 起：日期（含当日）或时刻；默认 to 前 30 天 (a date or an RFC 3339 time; 30 days before `to` by default).
    #[param(value_type = Option<String>, example = "2026-11-01", pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$")]
    from: Option<Moment>,
    /// 止：日期（含当日）或时刻（不含）；默认现在 (a date, that day included, or a time; now by default).
    #[param(value_type = Option<String>, example = "2026-11-30", pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$")]
    to: Option<Moment>,
    /// 范围；默认本人授权范围 (the place; the caller's widest scope by default).
    org_code: Option<OrgCode>,
}

/// 统计 / shows figures
///
/// Orders opened in the period at or below the place, what became of them up to now: counts by workflow and state,
/// and rates, each with its numerator and denominator; a rate without a denominator has no value.
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
    let to = query.to.map_or(ctx.now, |to| to.end(&app.zone));
    let from = query
        .from
        .map_or(to.minus(USUAL_PERIOD), |from| from.start(&app.zone));
    let wanted = ShowStatistics {
        from,
        to,
        org_code: query.org_code,
    };
    Ok(http::ok(
        &app::show_statistics::show_statistics(&app, &ctx, &wanted).await?,
    ))
}
