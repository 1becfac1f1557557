//! Dispatch catalogues, simulation, precedents.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use auth::Ctx;
use chassis::http::{Valid, ValidQuery, ok};
use kernel::{Line, OrgCode, Text, Timestamp};
use problem::Failure;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::correct_catalogue::CorrectCatalogue;
use crate::app::list_precedents::{ListPrecedents, PrecedentsView};
use crate::app::show_catalogue::CatalogueView;
use crate::app::simulate_dispatch::{SimulateDispatch, SimulationView};
use crate::domain::routing::CatalogueSpec;
use crate::{App, app};

/// Which version of a catalogue.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct CatalogueQuery {
    /// The version; the newest where it is left out.
    #[param(minimum = 1)]
    version: Option<i64>,
}

/// A catalogue that takes the place of the present one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectCatalogueBody {
    /// The district's own `units` (`segment`, `title`) and `rules` (`id`, `category`, `area`, `unit`, `assisting`,
    /// `level`, `season`, `hours`, `precedence`, `automatic`, `basis`), and the built-in rules that it goes `without`.
    #[schema(value_type = Object)]
    catalogue: CatalogueSpec,
    /// Why: the decision, the list of duties.
    reason: Line<1, 200>,
}

/// A matter that somebody would open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimulateDispatchBody {
    /// The place that it would belong to.
    org_code: OrgCode,
    /// The category; proposed from the texts where it is left out.
    #[serde(default)]
    category: Option<String>,
    /// What it would be about, in a line.
    #[serde(default)]
    title: Option<Line<1, 100>>,
    /// The matter.
    #[serde(default)]
    content: Option<Text<1, 5000>>,
    /// When; now where it is left out.
    #[serde(default)]
    at: Option<Timestamp>,
}

/// Which precedents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListPrecedentsQuery {
    /// Of orders of this category and of those below it.
    #[param(example = "0104")]
    category: String,
    /// At or below this place; the caller's widest scope where it is left out.
    #[serde(default)]
    org_code: Option<OrgCode>,
}

/// Shows what a district puts in the place of the built-in dispatch rules (权责清单).
#[utoipa::path(
    operation_id = "show_catalogue",
    tag = "catalogues",
    params(
        ("district" = String, Path, description = "六位区划代码 / six digits", example = "420105"),
        CatalogueQuery,
    ),
    responses((status = 200, body = CatalogueView)),
)]
#[get("/catalogues/{district}")]
pub(crate) async fn show_catalogue(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    query: ValidQuery<CatalogueQuery>,
) -> Result<HttpResponse, Failure> {
    let district = request.match_info().query("district");
    let shown = app::show_catalogue::show_catalogue(&app, &ctx, district, query.0.version).await?;
    Ok(ok(&shown))
}

/// Gives a district a new version of its dispatch catalogue (权责清单更正); every version is kept.
#[utoipa::path(
    operation_id = "correct_catalogue",
    tag = "catalogues",
    params(("district" = String, Path, description = "六位区划代码 / six digits", example = "420105")),
    request_body = CorrectCatalogueBody,
    responses((status = 200, body = CatalogueView)),
)]
#[put("/catalogues/{district}")]
pub(crate) async fn correct_catalogue(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
    body: Valid<CorrectCatalogueBody>,
) -> Result<HttpResponse, Failure> {
    let command = CorrectCatalogue {
        district: request.match_info().query("district").to_owned(),
        catalogue: body.0.catalogue,
        reason: body.0.reason.into_string(),
    };
    let shown = app::correct_catalogue::correct_catalogue(&app, &ctx, command).await?;
    Ok(ok(&shown))
}

/// Says where a matter would go, and why: every rule looked at (派遣模拟). Nothing is stored.
#[utoipa::path(
    operation_id = "simulate_dispatch",
    tag = "catalogues",
    request_body = SimulateDispatchBody,
    responses((status = 200, body = SimulationView)),
)]
#[post("/catalogues/simulations")]
pub(crate) async fn simulate_dispatch(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<SimulateDispatchBody>,
) -> Result<HttpResponse, Failure> {
    let body = body.0;
    let matter = SimulateDispatch {
        org_code: body.org_code,
        category: body.category,
        title: body.title.map(Line::into_string).unwrap_or_default(),
        content: body.content.map(Text::into_string).unwrap_or_default(),
        at: body.at,
    };
    let view = app::simulate_dispatch::simulate_dispatch(&app, &ctx, matter).await?;
    Ok(ok(&view))
}

/// Lists how the return of orders of a category was decided, the newest first (派单先例).
#[utoipa::path(
    operation_id = "list_precedents",
    tag = "catalogues",
    params(ListPrecedentsQuery),
    responses((status = 200, body = PrecedentsView)),
)]
#[get("/precedents")]
pub(crate) async fn list_precedents(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ListPrecedentsQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = ListPrecedents {
        category: query.0.category,
        org_code: query.0.org_code,
    };
    let found = app::list_precedents::list_precedents(&app, &ctx, wanted).await?;
    Ok(ok(&found))
}
