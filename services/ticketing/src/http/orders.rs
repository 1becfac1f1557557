//! Orders: opening, reading, listing.

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Limit, Page, PathId, Valid, ValidQuery, created, ok, ok_with_etag};
use kernel::geo::GeoError;
use kernel::{AccountId, ContactId, Crs, GeoPoint, Line, OrderId, OrgCode, Text, Timestamp};
use problem::Failure;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::app::list_orders::{ListOrders, Mine, OrderSummary};
use crate::app::open_at::HowItCame;
use crate::app::open_order::OpenOrder;
use crate::app::show_intake::OrderIntakeView;
use crate::app::show_timeline::TimelineEntry;
use crate::app::view::OrderView;
use crate::{App, app};

/// A matter to be opened (点单、上报).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenOrderBody {
    /// The workflow, see `GET /workflows`.
    #[schema(example = "five-order")]
    workflow: String,
    /// What it is about, in a line.
    title: Line<1, 100>,
    /// The matter.
    content: Text<1, 5000>,
    /// The category; proposed from the text where it is left out.
    #[serde(default)]
    category: Option<String>,
    /// The place that it belongs to.
    org_code: OrgCode,
    /// Where on the map.
    #[serde(default)]
    location: Option<LocationBody>,
    /// Whether it must not be published.
    #[serde(default)]
    confidential: bool,
    /// An id made by the app, so that a draft sent twice is one order.
    #[serde(default)]
    client_id: Option<OrderId>,
    /// The channel by which it came in: `app` (default), `wechat`, `grid`, `window`, `phone`, `leader_contact`, `12345`,
    /// `110`.
    #[serde(default)]
    channel: Option<Line<1, 32>>,
    /// Who asks, where somebody files it for them; of a channel that is for this.
    #[serde(default)]
    on_behalf_of: Option<AccountId>,
    /// How somebody without an account is reached who asks by such a channel: the id that `POST /contacts` of identity
    /// gave, of a contact taken in for this place, one above it or below it.
    #[serde(default)]
    contact: Option<ContactId>,
    /// Answers to the questions of its category, as `POST /intake-checks` lists them.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    answers: Map<String, Value>,
    /// The notices that the person has confirmed, by id: of an emergency that they called or nobody is in danger, of
    /// another way that they know of it.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 10)]
    acknowledged: Vec<Line<1, 40>>,
    /// The unit that the matter is about (被反映单位), of the same district: nobody of it handles or sees the order by
    /// their office.
    #[serde(default)]
    about: Option<OrgCode>,
}

/// A point on the map.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(try_from = "RawLocation")]
pub(crate) struct LocationBody {
    /// Longitude, degrees east.
    #[schema(minimum = -180, maximum = 180, example = 114.298_57)]
    #[expect(
        dead_code,
        reason = "describes the body; the checked point is what is used"
    )]
    lon: f64,
    /// Latitude, degrees north.
    #[schema(minimum = -90, maximum = 90, example = 30.584_43)]
    #[expect(
        dead_code,
        reason = "describes the body; the checked point is what is used"
    )]
    lat: f64,
    /// The system of the coordinates; converted to WGS-84.
    #[schema(required = false)]
    #[expect(
        dead_code,
        reason = "describes the body; the checked point is what is used"
    )]
    crs: Crs,
    #[schema(ignore)]
    point: GeoPoint,
}

impl LocationBody {
    /// The point in WGS-84.
    pub(super) fn point(self) -> GeoPoint {
        self.point
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLocation {
    lon: f64,
    lat: f64,
    #[serde(default)]
    crs: Crs,
}

impl TryFrom<RawLocation> for LocationBody {
    type Error = GeoError;

    fn try_from(raw: RawLocation) -> Result<Self, GeoError> {
        let RawLocation { lon, lat, crs } = raw;
        let point = GeoPoint::new(lon, lat)?.to_wgs84(crs);
        Ok(Self {
            lon,
            lat,
            crs,
            point,
        })
    }
}

impl From<OpenOrderBody> for OpenOrder {
    fn from(body: OpenOrderBody) -> Self {
        Self {
            workflow: body.workflow,
            title: body.title.into_string(),
            content: body.content.into_string(),
            category: body.category,
            org_code: body.org_code,
            location: body.location.map(LocationBody::point),
            confidential: body.confidential,
            client_id: body.client_id,
            intake: HowItCame {
                channel: body.channel.map(Line::into_string),
                on_behalf_of: body.on_behalf_of,
                contact: body.contact,
                answers: body.answers,
                acknowledged: body
                    .acknowledged
                    .into_iter()
                    .map(Line::into_string)
                    .collect(),
                about: body.about,
            },
        }
    }
}

/// Which orders a list shows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListOrdersQuery {
    /// Only those in this state.
    state: Option<String>,
    /// Only those of this workflow.
    workflow: Option<String>,
    /// Only those at or below this place or unit; the caller's widest scope where it is left out.
    org_code: Option<OrgCode>,
    /// Only the caller's own; `requested` for callers without a staff role.
    #[param(inline)]
    mine: Option<Mine>,
    /// Only those that missed their limit (true) or did not (false).
    overdue: Option<bool>,
    /// Only those under supervision (true), until they end, or those that are not (false).
    supervised: Option<bool>,
    /// Only those that changed at or after this time, oldest change first.
    changed_since: Option<Timestamp>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Most items of the page.
    limit: Limit,
}

/// Where a page of a timeline begins and how long it is.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next` of the page before.
    pub(super) cursor: Option<String>,
    /// Most items of the page.
    pub(super) limit: Limit,
}

/// Opens an order (点单、上报).
#[utoipa::path(
    operation_id = "open_order",
    tag = "orders",
    request_body = OpenOrderBody,
    responses(
        (status = 201, body = OrderView, headers(("Location" = String), ("ETag" = String))),
        (status = 409, description = "client_id 已用于另一工单 / client_id is taken by another order",
            content_type = "application/problem+json"),
        (status = 429, description = "本区今日受理已达上限 / the district has its orders of the day",
            content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "至次日的秒数 / seconds until tomorrow"))),
    ),
)]
#[post("/orders")]
pub(crate) async fn open_order(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<OpenOrderBody>,
) -> Result<HttpResponse, Failure> {
    let view = app::open_order::open_order(&app, &ctx, body.0.into()).await?;
    let location = format!("/api/ticketing/v1/orders/{}", view.id);
    Ok(created(&location, view.version, &view))
}

/// Lists orders: the caller's own, or those of the caller's part of the organisation tree.
#[utoipa::path(
    operation_id = "list_orders",
    tag = "orders",
    params(ListOrdersQuery),
    responses((status = 200, body = Page<OrderSummary>)),
)]
#[get("/orders")]
pub(crate) async fn list_orders(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ListOrdersQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let wanted = ListOrders {
        state: query.state,
        workflow: query.workflow,
        org_code: query.org_code,
        mine: query.mine,
        overdue: query.overdue,
        supervised: query.supervised,
        changed_since: query.changed_since,
        cursor: query.cursor,
        limit: query.limit,
    };
    Ok(ok(&app::list_orders::list_orders(&app, &ctx, wanted).await?))
}

/// Shows an order with what the caller may do about it.
#[utoipa::path(
    operation_id = "show_order",
    tag = "orders",
    params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderView, headers(("ETag" = String)))),
)]
#[get("/orders/{id}")]
pub(crate) async fn show_order(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
) -> Result<HttpResponse, Failure> {
    let view = app::show_order::show_order(&app, &ctx, id.0).await?;
    Ok(ok_with_etag(view.version, &view))
}

/// Shows what happened to an order (时间线), oldest first.
#[utoipa::path(
    operation_id = "show_timeline",
    tag = "orders",
    params(("id" = OrderId, Path), PageQuery),
    responses((status = 200, body = Page<TimelineEntry>)),
)]
#[get("/orders/{id}/timeline")]
pub(crate) async fn show_timeline(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
    query: ValidQuery<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let PageQuery { cursor, limit } = query.0;
    let page =
        app::show_timeline::show_timeline(&app, &ctx, id.0, cursor.as_deref(), limit).await?;
    Ok(ok(&page))
}

/// Shows what was answered and acknowledged before an order was opened (受理记录), to those who take part in it.
#[utoipa::path(
    operation_id = "show_order_intake",
    tag = "orders",
    params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderIntakeView)),
)]
#[get("/orders/{id}/intake")]
pub(crate) async fn show_order_intake(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
) -> Result<HttpResponse, Failure> {
    Ok(ok(&app::show_intake::show_intake(&app, &ctx, id.0).await?))
}
