use actix_web::{HttpResponse, get, put, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, Valid, ValidQuery};
use kernel::{Crs, GeoPoint, OrgCode, OrgPath, Timestamp, Version};
use problem::{Failure, Locale, Problem};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{IntoParams, ToSchema};

use super::organisations::OrganisationView;
use crate::app::{self, App, Origin, UpdateGrid, Whole};
use crate::domain::grid::{Duty, GridSizing, national_code};

/// Most households or party members that anyone believes of a grid.
const MOST_PEOPLE: u32 = 100_000;

/// What is known of a grid beside its shape.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateGridBody {
    /// 户数 (households in it).
    #[serde(default, deserialize_with = "people")]
    #[schema(maximum = 100_000)]
    households: Option<u32>,
    /// 党员数 (party members in it).
    #[serde(default, deserialize_with = "people")]
    #[schema(maximum = 100_000)]
    party_members: Option<u32>,
    /// 网格职责 (what is looked after in it).
    #[schema(max_items = 20)]
    duties: Vec<Duty>,
}

fn people<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let count = Option::<u32>::deserialize(deserializer)?;
    if count.is_some_and(|count| count > MOST_PEOPLE) {
        return Err(de::Error::custom(
            "不能超过 100000 (must be at most 100000)",
        ));
    }
    Ok(count)
}

/// A point.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LocateQuery {
    /// 经度 (longitude, degrees east).
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
    /// 纬度 (latitude, degrees north).
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
    /// 坐标系 (coordinate system of the point, wgs84 by default).
    #[serde(default)]
    #[param(value_type = Option<Crs>)]
    crs: Crs,
}

/// Whose grids to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GridQuery {
    /// 社区代码 (code of the community).
    community_code: OrgCode,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Where to look for gaps.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PartyGapQuery {
    /// 本级及以下 (at or below this organisation).
    below: OrgCode,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// A grid (网格).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GridView {
    /// 网格代码 (its code).
    code: OrgCode,
    /// 15 位网格代码 (community and sequence, 15 digits, where it has such a code).
    #[serde(skip_serializing_if = "Option::is_none")]
    national_code: Option<String>,
    /// 名称 (its name).
    name: String,
    /// 组织路径 (its place in the tree).
    path: OrgPath,
    /// 所属社区代码 (its community).
    #[serde(skip_serializing_if = "Option::is_none")]
    community_code: Option<OrgCode>,
    /// 户数 (households).
    #[serde(skip_serializing_if = "Option::is_none")]
    households: Option<u32>,
    /// 党员数 (party members).
    #[serde(skip_serializing_if = "Option::is_none")]
    party_members: Option<u32>,
    /// 网格职责 (what is looked after in it).
    duties: Vec<Duty>,
    /// 面积，平方米 (area in square metres).
    #[serde(skip_serializing_if = "Option::is_none")]
    area_m2: Option<f64>,
    /// 边界，WGS-84 (its rings as GeoJSON positions, WGS-84; a single grid only).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Vec<[f64; 2]>>>)]
    rings: Option<Vec<Vec<[f64; 2]>>>,
    /// 规模提醒 (what is odd about its size).
    warnings: Vec<String>,
    /// 版本 (version of what is stored beside its name and place).
    version: Option<Version>,
    /// 最近变动时间 (when that last changed).
    updated_at: Option<Timestamp>,
}

/// Where a point is (定位结果).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LocatedView {
    /// 网格代码 (code of the grid).
    code: OrgCode,
    /// 名称 (its name).
    name: String,
    /// 组织路径 (its place in the tree).
    path: OrgPath,
}

impl GridView {
    fn new(whole: Whole, with_rings: bool, sizing: &GridSizing, locale: Locale) -> Self {
        let Whole { node, grid } = whole;
        let warnings = grid.as_ref().map(|grid| grid.warnings(sizing));
        let warnings = warnings.unwrap_or_default().into_iter();
        let shape = grid.as_ref().and_then(|grid| grid.shape.as_ref());
        let ring = |ring: &Vec<GeoPoint>| -> Vec<[f64; 2]> {
            ring.iter()
                .map(|point| [point.lon(), point.lat()])
                .collect()
        };
        Self {
            national_code: national_code(&node.code),
            code: node.code,
            name: node.name,
            path: node.path,
            area_m2: shape.map(|shape| shape.area().round()),
            rings: shape
                .filter(|_| with_rings)
                .map(|shape| shape.rings().iter().map(ring).collect()),
            warnings: warnings
                .map(|warning| warning.message(sizing).text(locale).to_owned())
                .collect(),
            community_code: grid.as_ref().map(|grid| grid.community_code.clone()),
            households: grid.as_ref().and_then(|grid| grid.households),
            party_members: grid.as_ref().and_then(|grid| grid.party_members),
            version: grid.as_ref().map(|grid| grid.version),
            updated_at: grid.as_ref().map(|grid| grid.updated_at),
            duties: grid.map(|grid| grid.duties).unwrap_or_default(),
        }
    }
}

/// 定位到网格 / finds the grid of a point
#[utoipa::path(
    operation_id = "locate_grid",
    tag = "grids",
    params(LocateQuery),
    responses(
        (status = 200, description = "所在网格 / the grid", body = LocatedView),
        (status = 404, description = "不在任何网格内 / no grid there", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[get("/locate")]
pub(crate) async fn locate(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<LocateQuery>,
) -> Result<HttpResponse, Failure> {
    let LocateQuery { lon, lat, crs } = query.0;
    let grid = app::locate(&app, (lon, lat), crs, ctx.now).await?;
    Ok(http::ok(&LocatedView {
        code: grid.code,
        name: grid.name,
        path: grid.path,
    }))
}

/// 网格详情 / shows a grid with its shape
#[utoipa::path(
    operation_id = "show_grid",
    tag = "grids",
    params(("code" = String, Path, description = "网格代码 / its code")),
    responses((status = 200, description = "网格 / the grid", body = GridView)),
)]
#[get("/grids/{code}")]
pub(crate) async fn show_grid(
    app: web::Data<App>,
    ctx: Ctx,
    code: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let whole = app::show_grid(&app, &code).await?;
    Ok(answer(&GridView::new(whole, true, &app.sizing, ctx.locale)))
}

/// Answers with a grid, and its version where anything of it is stored beside its node.
fn answer(view: &GridView) -> HttpResponse {
    match view.version {
        Some(version) => http::ok_with_etag(version, view),
        None => http::ok(view),
    }
}

/// 网格列表 / lists a community's grids
#[utoipa::path(
    operation_id = "list_grids",
    tag = "grids",
    params(GridQuery),
    responses((status = 200, description = "一页网格 / a page of grids", body = Page<GridView>)),
)]
#[get("/grids")]
pub(crate) async fn list_grids(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<GridQuery>,
) -> Result<HttpResponse, Failure> {
    let (community, cursor) = (&query.0.community_code, query.0.cursor.as_deref());
    let limit = query.0.limit.size();
    let (found, next) = app::list_grids_of_community(&app, community, cursor, limit).await?;
    let found = found.into_iter();
    let items = found.map(|whole| GridView::new(whole, false, &app.sizing, ctx.locale));
    Ok(http::ok(&Page {
        items: items.collect(),
        next,
    }))
}

/// 未建党组织的网格 / lists grids without a party organisation
#[utoipa::path(
    operation_id = "list_party_gaps",
    tag = "grids",
    params(PartyGapQuery),
    responses((status = 200, description = "一页网格 / a page of grids", body = Page<OrganisationView>)),
)]
#[get("/grids/party-gaps")]
pub(crate) async fn list_party_gaps(
    app: web::Data<App>,
    _ctx: Ctx,
    query: ValidQuery<PartyGapQuery>,
) -> Result<HttpResponse, Failure> {
    let (place, cursor) = (&query.0.below, query.0.cursor.as_deref());
    let limit = query.0.limit.size();
    let (found, next) = app::list_party_gaps(&app, place, cursor, limit).await?;
    let items = found.into_iter().map(OrganisationView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 更新网格 / changes what is known of a grid beside its shape
#[utoipa::path(
    operation_id = "update_grid",
    tag = "grids",
    params(
        ("code" = String, Path, description = "网格代码 / its code"),
        ("If-Match" = Option<String>, Header, description = "所见版本 / the version seen"),
    ),
    request_body = UpdateGridBody,
    responses(
        (status = 200, description = "已更新 / changed", body = GridView),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[put("/grids/{code}")]
pub(crate) async fn update_grid(
    app: web::Data<App>,
    ctx: Ctx,
    code: web::Path<String>,
    body: Valid<UpdateGridBody>,
) -> Result<HttpResponse, Failure> {
    let mut duties = body.0.duties;
    duties.sort_unstable();
    duties.dedup();
    let command = UpdateGrid {
        code: app::show_grid(&app, &code).await?.node.code,
        households: body.0.households,
        party_members: body.0.party_members,
        duties,
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let whole = app::update_grid(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(answer(&GridView::new(whole, true, &app.sizing, ctx.locale)))
}
