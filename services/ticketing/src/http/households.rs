//! Which residents live together (同户).

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use auth::Ctx;
use chassis::http::{Page, Valid, ValidQuery, ok};
use kernel::{AccountId, OrgCode};
use problem::Failure;
use serde::Deserialize;
use utoipa::ToSchema;

use super::orders::PageQuery;
use crate::app::households::{HouseholdError, ReviewHouseholdView};
use crate::{App, app};

/// Who lives in a household.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetReviewHouseholdBody {
    /// Their accounts: residents of the place; none takes the household away.
    #[schema(max_items = 20)]
    accounts: Vec<AccountId>,
}

/// Sets which residents live together (登记同户): when results are judged they have one vote.
#[utoipa::path(
    operation_id = "set_household",
    tag = "households",
    params(
        ("org_code" = String, Path, description = "地方 / place", example = "420105011010.X01"),
        ("reference" = String, Path, description = "户编号，不含门牌 / a reference that says nothing about the home",
            example = "H0001"),
    ),
    request_body = SetReviewHouseholdBody,
    responses((status = 200, body = ReviewHouseholdView)),
)]
#[put("/households/{org_code}/{reference}")]
pub(crate) async fn set_household(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    body: Valid<SetReviewHouseholdBody>,
) -> Result<HttpResponse, Failure> {
    let household = ReviewHouseholdView {
        org_code: code(&request)?,
        reference: request.match_info().query("reference").to_owned(),
        accounts: body.0.accounts.into_iter().take(21).collect(),
    };
    let set = app::households::set_household(&app, &ctx, household).await?;
    Ok(ok(&set))
}

/// Lists the households of a place (同户名单), to those who look after it.
#[utoipa::path(
    operation_id = "list_review_households",
    tag = "households",
    params(
        ("org_code" = String, Path, description = "地方 / place", example = "420105011010.X01"),
        PageQuery,
    ),
    responses((status = 200, body = Page<ReviewHouseholdView>)),
)]
#[get("/households/{org_code}")]
pub(crate) async fn list_review_households(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    query: ValidQuery<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let PageQuery { cursor, limit } = query.0;
    let code = code(&request)?;
    let cursor = cursor.as_deref();
    let page = app::households::list_review_households(&app, &ctx, code, cursor, limit).await?;
    Ok(ok(&page))
}

fn code(request: &HttpRequest) -> Result<OrgCode, HouseholdError> {
    let code = request.match_info().query("org_code").parse::<OrgCode>();
    code.map_err(|_| HouseholdError::NoPlace)
}
