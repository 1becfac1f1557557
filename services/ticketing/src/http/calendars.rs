//! Calendars of working time.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use auth::Ctx;
use chassis::http::{Valid, ok};
use kernel::Line;
use problem::Failure;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::correct_calendar::CorrectCalendar;
use crate::app::show_calendar::CalendarView;
use crate::domain::calendar::CalendarSpec;
use crate::{App, app};

/// A calendar that takes the place of the present one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectCalendarBody {
    /// The whole calendar: `zone`, `blocks` of a workday, `workdays` of a week, and for each of `years` its `notice`,
    /// `holidays` and `makeup` days; as `GET` shows it.
    #[schema(value_type = Object)]
    calendar: CalendarSpec,
    /// Why: the notice or the local rule.
    reason: Line<1, 200>,
}

/// Shows the calendar by which a district's limits are counted (工作日历).
#[utoipa::path(
    operation_id = "show_calendar",
    tag = "calendars",
    params(("district" = String, Path, description = "六位区划代码或 city / six digits, or city", example = "420105")),
    responses((status = 200, body = CalendarView)),
)]
#[get("/calendars/{district}")]
pub(crate) async fn show_calendar(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let district = request.match_info().query("district");
    Ok(ok(
        &app::show_calendar::show_calendar(&app, &ctx, district).await?
    ))
}

/// Corrects a calendar (日历更正); due times of running orders follow, each with an event.
#[utoipa::path(
    operation_id = "correct_calendar",
    tag = "calendars",
    params(("district" = String, Path, description = "六位区划代码或 city / six digits, or city", example = "420105")),
    request_body = CorrectCalendarBody,
    responses((status = 200, body = CalendarView)),
)]
#[put("/calendars/{district}")]
pub(crate) async fn correct_calendar(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    body: Valid<CorrectCalendarBody>,
) -> Result<HttpResponse, Failure> {
    let command = CorrectCalendar {
        district: request.match_info().query("district").to_owned(),
        calendar: body.0.calendar,
        reason: body.0.reason.into_string(),
    };
    Ok(ok(&app::correct_calendar::correct_calendar(
        &app, &ctx, command,
    )
    .await?))
}
