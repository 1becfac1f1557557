use actix_web::{HttpResponse, get, put, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, Valid, ValidQuery};
use kernel::{OrgCode, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{IntoParams, ToSchema};

use super::public::Several;
use crate::app::{self, App, DwellingError, Origin, SetBuildings, SetHouseholds, Shape};
use crate::domain::dwelling::{Building, DwellingCount, Household, RoomRef};

/// A whole number from 1 to `MOST`.
#[derive(Debug, Clone, Copy)]
struct UpTo<const MOST: u32>(u32);

impl<'de, const MOST: u32> Deserialize<'de> for UpTo<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u32::deserialize(deserializer)?;
        if (1..=MOST).contains(&number) {
            return Ok(Self(number));
        }
        Err(de::Error::custom(format!(
            "须在 1 到 {MOST} 之间 (must be 1 to {MOST})"
        )))
    }
}

/// Shapes of buildings of a compound.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetBuildingsBody {
    /// 小区代码 (the compound).
    compound_code: OrgCode,
    /// 楼栋，未列出的保持不变 (buildings; what is not listed stays as it is).
    #[schema(value_type = Vec<BuildingBody>, min_items = 1, max_items = 200)]
    buildings: Several<BuildingBody, 1, 200>,
}

/// The shape of a building.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BuildingBody {
    /// 楼栋代码 (its code).
    code: OrgCode,
    /// 单元数 (units).
    #[schema(value_type = u32, minimum = 1, maximum = 99)]
    units: UpTo<99>,
    /// 层数 (floors).
    #[schema(value_type = u32, minimum = 1, maximum = 200)]
    floors: UpTo<200>,
    /// 每单元房数 (rooms of each unit).
    #[schema(value_type = u32, minimum = 1, maximum = 1000)]
    rooms_per_unit: UpTo<1000>,
}

/// Households of a building: these and no others.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetHouseholdsBody {
    /// 户 (households).
    #[schema(value_type = Vec<HouseholdBody>, max_items = 2000)]
    households: Several<HouseholdBody, 0, 2000>,
}

/// A household: a reference and perhaps a count, nothing about persons.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HouseholdBody {
    /// 室号，单元-房号，如 2-301 (unit and room).
    #[schema(value_type = String, pattern = "^[1-9][0-9]?-[0-9A-Z]{1,6}$", example = "2-301")]
    room: RoomRef,
    /// 人数，仅计数 (how many people; a count only).
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 50)]
    persons: Option<UpTo<50>>,
}

/// Whose buildings to list or count.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BuildingQuery {
    /// 小区代码 (the compound).
    compound_code: OrgCode,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Which compound to count.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CountQuery {
    /// 小区代码 (the compound).
    compound_code: OrgCode,
}

/// Which page of households to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HouseholdQuery {
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// The shape of a building (楼栋概况).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BuildingView {
    /// 楼栋代码 (its code).
    code: OrgCode,
    /// 单元数 (units).
    units: u32,
    /// 层数 (floors).
    floors: u32,
    /// 每单元房数 (rooms of each unit).
    rooms_per_unit: u32,
    /// 房数 (rooms).
    rooms: u32,
    /// 已登记户数 (households entered).
    households: u32,
    /// 版本 (its version).
    version: Version,
}

/// A household (户).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HouseholdView {
    /// 室号 (unit and room).
    #[schema(value_type = String)]
    room: RoomRef,
    /// 人数 (how many people, if that was given).
    #[serde(skip_serializing_if = "Option::is_none")]
    persons: Option<u32>,
}

/// What a compound has (小区房户统计).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DwellingCountView {
    /// 楼栋数 (buildings whose shape was entered).
    buildings: u32,
    /// 单元数 (units).
    units: u32,
    /// 房数 (rooms).
    rooms: u32,
    /// 户数 (households entered).
    households: u32,
}

impl From<Building> for BuildingView {
    fn from(building: Building) -> Self {
        Self {
            rooms: building.rooms(),
            code: building.code,
            units: building.units,
            floors: building.floors,
            rooms_per_unit: building.rooms_per_unit,
            households: building.households,
            version: building.version,
        }
    }
}

impl From<DwellingCount> for DwellingCountView {
    fn from(total: DwellingCount) -> Self {
        Self {
            buildings: total.buildings,
            units: total.units,
            rooms: total.rooms,
            households: total.households,
        }
    }
}

impl From<SetBuildingsBody> for SetBuildings {
    fn from(body: SetBuildingsBody) -> Self {
        let shapes = body.buildings.0.into_iter().map(|building| Shape {
            code: building.code,
            units: building.units.0,
            floors: building.floors.0,
            rooms_per_unit: building.rooms_per_unit.0,
        });
        Self {
            compound: body.compound_code,
            shapes: shapes.collect(),
            seen: None,
        }
    }
}

/// 登记楼栋单元和房数 / sets the shapes of buildings of a compound, all of them or none
#[utoipa::path(
    operation_id = "set_buildings",
    tag = "dwellings",
    params(("If-Match" = Option<String>, Header, description = "所见小区统计的版本 / the version seen of what the compound has")),
    request_body = SetBuildingsBody,
    responses(
        (status = 200, description = "已登记，返回小区统计 / set; what the compound has now", body = DwellingCountView),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[put("/buildings")]
pub(crate) async fn set_buildings(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<SetBuildingsBody>,
) -> Result<HttpResponse, Failure> {
    let command = SetBuildings {
        seen: ctx.if_match,
        ..SetBuildings::from(body.0)
    };
    let key = ctx.idempotency(&command);
    let total = app::set_buildings(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok(&DwellingCountView::from(total)))
}

/// 楼栋列表 / lists the buildings of a compound whose shapes were entered
#[utoipa::path(
    operation_id = "list_buildings",
    tag = "dwellings",
    params(BuildingQuery),
    responses((status = 200, description = "一页楼栋 / a page of buildings", body = Page<BuildingView>)),
)]
#[get("/buildings")]
pub(crate) async fn list_buildings(
    app: web::Data<App>,
    _ctx: Ctx,
    query: ValidQuery<BuildingQuery>,
) -> Result<HttpResponse, Failure> {
    let (compound, cursor) = (&query.0.compound_code, query.0.cursor.as_deref());
    let limit = query.0.limit.size();
    let (found, next) = app::list_buildings(&app, compound, cursor, limit).await?;
    let items = found.into_iter().map(BuildingView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 小区房户统计 / counts the buildings, units, rooms and households of a compound
#[utoipa::path(
    operation_id = "count_dwellings",
    tag = "dwellings",
    params(CountQuery),
    responses((status = 200, description = "统计 / what it has", body = DwellingCountView)),
)]
#[get("/buildings/count")]
pub(crate) async fn count_dwellings(
    app: web::Data<App>,
    _ctx: Ctx,
    query: ValidQuery<CountQuery>,
) -> Result<HttpResponse, Failure> {
    let counted = app::count_dwellings(&app, &query.0.compound_code).await?;
    Ok(match counted {
        Some((total, version)) => http::ok_with_etag(version, &DwellingCountView::from(total)),
        None => http::ok(&DwellingCountView::from(DwellingCount::default())),
    })
}

/// 登记楼栋各户 / sets the households of a building: references and counts, no persons
#[utoipa::path(
    operation_id = "set_households",
    tag = "dwellings",
    params(
        ("code" = OrgCode, Path, description = "楼栋代码 / code of the building"),
        ("If-Match" = Option<String>, Header, description = "所见楼栋的版本 / the version seen of the building"),
    ),
    request_body = SetHouseholdsBody,
    responses(
        (status = 200, description = "已登记，返回小区统计 / set; what the compound has now", body = DwellingCountView),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[put("/buildings/{code}/households")]
pub(crate) async fn set_households(
    app: web::Data<App>,
    ctx: Ctx,
    code: web::Path<String>,
    body: Valid<SetHouseholdsBody>,
) -> Result<HttpResponse, Failure> {
    let households = body.0.households.0.into_iter().map(|known| Household {
        room: known.room,
        persons: known.persons.map(|persons| persons.0),
    });
    let command = SetHouseholds {
        building: code.parse().map_err(|_| DwellingError::NotFound)?,
        households: households.collect(),
        seen: ctx.if_match,
    };
    let key = ctx.idempotency(&command);
    let total = app::set_households(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok(&DwellingCountView::from(total)))
}

/// 楼栋各户 / lists the households of a building
#[utoipa::path(
    operation_id = "list_households",
    tag = "dwellings",
    params(("code" = OrgCode, Path, description = "楼栋代码 / code of the building"), HouseholdQuery),
    responses((status = 200, description = "一页户 / a page of households", body = Page<HouseholdView>)),
)]
#[get("/buildings/{code}/households")]
pub(crate) async fn list_households(
    app: web::Data<App>,
    ctx: Ctx,
    code: web::Path<String>,
    query: ValidQuery<HouseholdQuery>,
) -> Result<HttpResponse, Failure> {
    let code: OrgCode = code.parse().map_err(|_| DwellingError::NotFound)?;
    let (origin, cursor) = (Origin::of(&ctx), query.0.cursor.as_deref());
    let limit = query.0.limit.size();
    let listed = app::list_households(&app, &origin, &code, cursor, limit).await?;
    let ((found, next), version) = listed;
    let view = |Household { room, persons }| HouseholdView { room, persons };
    let items = found.into_iter().map(view).collect();
    let page = Page { items, next };
    Ok(match version {
        Some(version) => http::ok_with_etag(version, &page),
        None => http::ok(&page),
    })
}
