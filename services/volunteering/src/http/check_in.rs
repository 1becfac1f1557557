use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, PathId, Valid};
use kernel::{GeoPoint, ShiftId, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sign_ups::SignUpView;
use crate::app::{self, App, Check, Way};

/// What somebody shows when checking in or out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckInBody {
    /// 现场扫得的签到码 (code that is shown at the place).
    #[schema(max_length = 200)]
    code: String,
    /// 所在位置，WGS-84；活动有地点时必填 (where the caller is; needed where the activity has a place).
    #[serde(default)]
    point: Option<GeoPoint>,
}

/// A code to show at the place, as a QR code.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShiftCodeView {
    /// 签到码 (the code).
    code: String,
    /// 此后换码 (when the next one comes).
    until: Timestamp,
}

async fn checked(
    app: &App,
    ctx: &Ctx,
    (id, way): (ShiftId, Way),
    body: CheckInBody,
) -> Result<HttpResponse, Failure> {
    let shown = Check {
        shift: id,
        way,
        code: body.code,
        point: body.point,
    };
    let sign_up = app::check(app, ctx, &shown).await?;
    Ok(http::ok_with_etag(
        sign_up.version,
        &SignUpView::from(sign_up),
    ))
}

/// 签到码 / shows the code of a shift, another every half minute
#[utoipa::path(
    operation_id = "show_shift_code",
    tag = "sign-ups",
    params(("id" = ShiftId, Path, description = "班次 / the shift's id")),
    responses((status = 200, description = "签到码 / the code", body = ShiftCodeView)),
)]
#[get("/shifts/{id}/code")]
pub(crate) async fn show_shift_code(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ShiftId>,
) -> Result<HttpResponse, Failure> {
    let shown = app::show_shift_code(&app, &ctx, id.0).await?;
    Ok(http::ok(&ShiftCodeView {
        code: shown.code,
        until: shown.until,
    }))
}

/// 签到 / checks the caller in at a shift; the same again is harmless
#[utoipa::path(
    operation_id = "check_in",
    tag = "sign-ups",
    params(("id" = ShiftId, Path, description = "班次 / the shift's id")),
    request_body = CheckInBody,
    responses(
        (status = 200, description = "已签到 / checked in", body = SignUpView),
        (status = 409, description = "码已过期、不在现场或不在时间内 / code over, not there, or not the time", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/shifts/{id}/check-in")]
pub(crate) async fn check_in(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ShiftId>,
    body: Valid<CheckInBody>,
) -> Result<HttpResponse, Failure> {
    checked(&app, &ctx, (id.0, Way::In), body.0).await
}

/// 签退 / checks the caller out of a shift; what was served waits for confirmation
#[utoipa::path(
    operation_id = "check_out",
    tag = "sign-ups",
    params(("id" = ShiftId, Path, description = "班次 / the shift's id")),
    request_body = CheckInBody,
    responses(
        (status = 200, description = "已签退 / checked out", body = SignUpView),
        (status = 409, description = "码已过期、不在现场或不在时间内 / code over, not there, or not the time", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/shifts/{id}/check-out")]
pub(crate) async fn check_out(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ShiftId>,
    body: Valid<CheckInBody>,
) -> Result<HttpResponse, Failure> {
    checked(&app, &ctx, (id.0, Way::Out), body.0).await
}
