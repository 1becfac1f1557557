//! Quotas of districts.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use auth::Ctx;
use chassis::http::{Valid, ok};
use kernel::Line;
use problem::Failure;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::set_quotas::SetQuotas;
use crate::app::show_quotas::QuotasView;
use crate::domain::quota::Quota;
use crate::{App, app};

/// Limits that take the place of the present ones; what is left out has none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetQuotasBody {
    /// 每日新工单上限 (most new orders of a day).
    #[schema(minimum = 1, maximum = 10_000_000)]
    orders_per_day: Option<u32>,
    /// 附件存储上限，GiB (most storage of attachments, in GiB).
    #[schema(minimum = 1, maximum = 1_000_000)]
    attachments_gib: Option<u32>,
    /// Why.
    reason: Line<1, 200>,
}

/// Shows what a district may take in, and what it has taken in (查看配额).
#[utoipa::path(
    operation_id = "show_quotas",
    tag = "quotas",
    params(("district" = String, Path, description = "六位区划代码 / six digits", example = "420105")),
    responses((status = 200, body = QuotasView)),
)]
#[get("/quotas/{district}")]
pub(crate) async fn show_quotas(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let district = request.match_info().query("district");
    Ok(ok(
        &app::show_quotas::show_quotas(&app, &ctx, district).await?
    ))
}

/// Sets what a district may take in (设定配额): people who file for themselves are refused beyond it, never a matter of
/// danger, nor one that staff file.
#[utoipa::path(
    operation_id = "set_quotas",
    tag = "quotas",
    params(("district" = String, Path, description = "六位区划代码 / six digits", example = "420105")),
    request_body = SetQuotasBody,
    responses((status = 200, body = QuotasView)),
)]
#[put("/quotas/{district}")]
pub(crate) async fn set_quotas(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    body: Valid<SetQuotasBody>,
) -> Result<HttpResponse, Failure> {
    let command = SetQuotas {
        district: request.match_info().query("district").to_owned(),
        quota: Quota {
            orders_per_day: body.0.orders_per_day,
            attachments_gib: body.0.attachments_gib,
        },
        reason: body.0.reason.into_string(),
    };
    Ok(ok(&app::set_quotas::set_quotas(&app, &ctx, command).await?))
}
