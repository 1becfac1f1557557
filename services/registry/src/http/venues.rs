use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, Valid, ValidQuery};
use kernel::{AccountId, BookingId, Line, OrgCode, Timestamp, VenueId, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{IntoParams, ToSchema};

use crate::app::{self, App, BookVenue, OpenVenue, Origin, Taken};
use crate::domain::venue::{Booking, BookingState, Venue};

/// Most people that a venue holds.
const MOST_PEOPLE: u32 = 100_000;

/// A venue to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenVenueBody {
    /// 管理组织 (organisation that runs it).
    org_code: OrgCode,
    /// 名称 (its public name).
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Line<1, 100>,
    /// 可容纳人数 (people that it holds).
    #[serde(deserialize_with = "capacity")]
    #[schema(minimum = 1, maximum = 100_000)]
    capacity: u32,
}

fn capacity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let capacity = u32::deserialize(deserializer)?;
    if (1..=MOST_PEOPLE).contains(&capacity) {
        return Ok(capacity);
    }
    Err(de::Error::custom(
        "须在 1 到 100000 之间 (must be 1 to 100000)",
    ))
}

/// When to have a venue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookVenueBody {
    /// 开始，整点或半点 (first instant, a full or half hour).
    starts_at: Timestamp,
    /// 结束，整点或半点 (end, a full or half hour).
    ends_at: Timestamp,
}

/// Whose venues to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VenueQuery {
    /// 管理组织 (organisation that runs them).
    org_code: OrgCode,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Which page of the caller's bookings to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BookingQuery {
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// A venue (场地).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VenueView {
    /// 编号 (its id).
    id: VenueId,
    /// 管理组织 (organisation that runs it).
    org_code: OrgCode,
    /// 名称 (its public name).
    name: String,
    /// 可容纳人数 (people that it holds).
    capacity: u32,
    /// 可预约 (whether it can be booked).
    open: bool,
    /// 今后两周已被预约的时段 (when it is taken in the next fortnight; a single venue only).
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<Vec<TakenView>>,
    /// 版本 (its version).
    version: Version,
}

/// A span in which a venue is taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TakenView {
    /// 开始 (first instant).
    starts_at: Timestamp,
    /// 结束 (end).
    ends_at: Timestamp,
}

/// A booking (预约).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookingView {
    /// 编号 (its id).
    id: BookingId,
    /// 场地编号 (the venue).
    venue_id: VenueId,
    /// 开始 (first instant).
    starts_at: Timestamp,
    /// 结束 (end).
    ends_at: Timestamp,
    /// 状态 (how far it has come).
    state: BookingState,
    /// 版本 (its version).
    version: Version,
}

/// A booking with who made it, as staff of the place see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VenueBookingView {
    #[serde(flatten)]
    booking: BookingView,
    /// 预约人账号 (account that has it).
    account_id: AccountId,
    /// 预约时间 (when it was made).
    created_at: Timestamp,
}

impl From<Booking> for VenueBookingView {
    fn from(booking: Booking) -> Self {
        Self {
            account_id: booking.account,
            created_at: booking.created_at,
            booking: booking.into(),
        }
    }
}

impl VenueView {
    fn new(venue: Venue, taken: Option<Vec<Taken>>) -> Self {
        let span = |(starts_at, ends_at)| TakenView { starts_at, ends_at };
        Self {
            id: venue.id,
            org_code: venue.org_code,
            name: venue.name,
            capacity: venue.capacity,
            open: venue.open,
            taken: taken.map(|taken| taken.into_iter().map(span).collect()),
            version: venue.version,
        }
    }
}

impl From<Booking> for BookingView {
    fn from(booking: Booking) -> Self {
        Self {
            id: booking.id,
            venue_id: booking.venue,
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
            state: booking.state,
            version: booking.version,
        }
    }
}

/// 开放场地 / opens a venue
#[utoipa::path(
    operation_id = "open_venue",
    tag = "venues",
    request_body = OpenVenueBody,
    responses((status = 201, description = "已开放 / open", body = VenueView)),
)]
#[post("/venues")]
pub(crate) async fn open_venue(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<OpenVenueBody>,
) -> Result<HttpResponse, Failure> {
    let command = OpenVenue {
        org_code: body.0.org_code,
        name: body.0.name,
        capacity: body.0.capacity,
    };
    let key = ctx.idempotency(&command);
    let venue = app::open_venue(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let location = format!("/api/registry/v1/venues/{}", venue.id);
    let version = venue.version;
    Ok(http::created(
        &location,
        version,
        &VenueView::new(venue, None),
    ))
}

/// 场地列表 / lists an organisation's venues, the newest first
#[utoipa::path(
    operation_id = "list_venues",
    tag = "venues",
    params(VenueQuery),
    responses((status = 200, description = "一页场地 / a page of venues", body = Page<VenueView>)),
)]
#[get("/venues")]
pub(crate) async fn list_venues(
    app: web::Data<App>,
    _ctx: Ctx,
    query: ValidQuery<VenueQuery>,
) -> Result<HttpResponse, Failure> {
    let (place, cursor) = (&query.0.org_code, query.0.cursor.as_deref());
    let (found, next) = app::list_venues(&app, place, cursor, query.0.limit.size()).await?;
    let items = found.into_iter().map(|venue| VenueView::new(venue, None));
    Ok(http::ok(&Page {
        items: items.collect(),
        next,
    }))
}

/// 场地详情 / shows a venue and when it is taken
#[utoipa::path(
    operation_id = "show_venue",
    tag = "venues",
    params(("id" = VenueId, Path, description = "场地编号 / its id")),
    responses((status = 200, description = "场地 / the venue", body = VenueView)),
)]
#[get("/venues/{id}")]
pub(crate) async fn show_venue(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<VenueId>,
) -> Result<HttpResponse, Failure> {
    let (venue, taken) = app::show_venue(&app, id.0, ctx.now).await?;
    Ok(http::ok_with_etag(
        venue.version,
        &VenueView::new(venue, Some(taken)),
    ))
}

/// 预约场地 / books a venue
///
/// Whole half hours within the next 90 days. Of several who ask for one half hour one gets it. Nobody but staff of the
/// place has more than 5 bookings ahead.
#[utoipa::path(
    operation_id = "book_venue",
    tag = "venues",
    params(("id" = VenueId, Path, description = "场地编号 / its id")),
    request_body = BookVenueBody,
    responses(
        (status = 201, description = "已预约 / booked", body = BookingView),
        (status = 409, description = "已被预约，或已有 5 个未结束的预约 / taken already, or 5 bookings ahead", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/venues/{id}/bookings")]
pub(crate) async fn book_venue(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<VenueId>,
    body: Valid<BookVenueBody>,
) -> Result<HttpResponse, Failure> {
    let command = BookVenue {
        venue: id.0,
        account: ctx.principal.account,
        starts_at: body.0.starts_at,
        ends_at: body.0.ends_at,
    };
    let key = ctx.idempotency(&command);
    let booking = app::book_venue(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    let location = format!("/api/registry/v1/bookings/{}", booking.id);
    let version = booking.version;
    Ok(http::created(
        &location,
        version,
        &BookingView::from(booking),
    ))
}

/// 场地的预约 / lists a venue's bookings with who made them, the newest first, to staff of the place
#[utoipa::path(
    operation_id = "list_venue_bookings",
    tag = "venues",
    params(("id" = VenueId, Path, description = "场地编号 / its id"), BookingQuery),
    responses((status = 200, description = "一页预约 / a page of bookings", body = Page<VenueBookingView>)),
)]
#[get("/venues/{id}/bookings")]
pub(crate) async fn list_venue_bookings(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<VenueId>,
    query: ValidQuery<BookingQuery>,
) -> Result<HttpResponse, Failure> {
    let (origin, cursor) = (Origin::of(&ctx), query.0.cursor.as_deref());
    let limit = query.0.limit.size();
    let (found, next) = app::list_venue_bookings(&app, &origin, id.0, cursor, limit).await?;
    let items = found.into_iter().map(VenueBookingView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 我的预约 / lists the caller's bookings, the newest first
#[utoipa::path(
    operation_id = "list_bookings",
    tag = "venues",
    params(BookingQuery),
    responses((status = 200, description = "一页预约 / a page of bookings", body = Page<BookingView>)),
)]
#[get("/bookings")]
pub(crate) async fn list_bookings(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<BookingQuery>,
) -> Result<HttpResponse, Failure> {
    let (account, cursor) = (ctx.principal.account, query.0.cursor.as_deref());
    let (found, next) = app::list_bookings(&app, account, cursor, query.0.limit.size()).await?;
    let items = found.into_iter().map(BookingView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 取消预约 / cancels a booking
///
/// The one who made it, or staff of the place; not once it is over.
#[utoipa::path(
    operation_id = "cancel_booking",
    tag = "venues",
    params(
        ("id" = BookingId, Path, description = "预约编号 / its id"),
        ("If-Match" = Option<String>, Header, description = "所见版本 / the version seen"),
    ),
    responses(
        (status = 200, description = "已取消 / cancelled", body = BookingView),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "已取消或已结束 / cancelled or over", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/bookings/{id}/actions/cancel")]
pub(crate) async fn cancel_booking(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<BookingId>,
) -> Result<HttpResponse, Failure> {
    let (origin, account) = (Origin::of(&ctx), ctx.principal.account);
    let booking = app::cancel_booking(&app, &origin, account, id.0, ctx.if_match).await?;
    Ok(http::ok_with_etag(
        booking.version,
        &BookingView::from(booking),
    ))
}
