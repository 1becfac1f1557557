//! The time account (时间银行).

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Page, PathId, Valid, ValidQuery};
use kernel::{AccountId, OrgPath, TimeReservationId, Timestamp, Version};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::certificate_notices::PlacePageQuery;
use super::minutes::Minutes;
use super::sign_ups::SignUpQuery;
use crate::app::{self, App, ReserveTime, SettleTime, TimeBalance};
use crate::domain::time_account::{
    TimeEntry, TimeEntryKind, TimeReservation, TimeReservationState, TimeReservationStep,
};

/// Minutes to set aside.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReserveTimeBody {
    /// 分钟 (minutes).
    #[schema(value_type = u32, minimum = 1, maximum = 1440)]
    minutes: Minutes,
    /// 提供服务的组织 (who gives the service).
    org_path: OrgPath,
}

/// A step with a reservation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettleTimeBody {
    /// 动作 (the step).
    step: TimeReservationStep,
}

/// A time account (时间账户).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeAccountView {
    /// 累计确认分钟 (confirmed minutes of all time).
    earned: u64,
    /// 上限 (what it holds at most).
    most: u64,
    /// 已支出 (spent).
    spent: u64,
    /// 已捐赠 (donated).
    donated: u64,
    /// 已预留 (reserved).
    reserved: u64,
    /// 可用，不超过上限 (what can be reserved, at most what it holds).
    available: u64,
}

impl From<TimeBalance> for TimeAccountView {
    fn from(balance: TimeBalance) -> Self {
        Self {
            available: balance.account.available(balance.earned, balance.most),
            earned: balance.earned,
            most: balance.most,
            spent: balance.account.spent,
            donated: balance.account.donated,
            reserved: balance.account.reserved,
        }
    }
}

/// An entry of a time account (账目).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeEntryView {
    /// 序号 (its number).
    number: u64,
    /// 类型 (kind).
    kind: TimeEntryKind,
    /// 预约 (the reservation).
    reservation_id: TimeReservationId,
    /// 分钟 (minutes).
    minutes: u64,
    /// 何时 (when).
    at: Timestamp,
}

impl From<TimeEntry> for TimeEntryView {
    fn from(entry: TimeEntry) -> Self {
        Self {
            number: entry.number,
            kind: entry.kind,
            reservation_id: entry.reservation,
            minutes: entry.minutes,
            at: entry.at,
        }
    }
}

/// Minutes that are set aside (时间预约).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeReservationView {
    /// 编号 (its id).
    id: TimeReservationId,
    /// 账户 (whose minutes).
    account_id: AccountId,
    /// 提供服务的组织 (who gives the service).
    org_path: OrgPath,
    /// 分钟 (minutes).
    minutes: u64,
    /// 状态 (state).
    state: TimeReservationState,
    /// 版本 (its version).
    version: Version,
    /// 预约时间 (when it was made).
    created_at: Timestamp,
}

impl From<TimeReservation> for TimeReservationView {
    fn from(reservation: TimeReservation) -> Self {
        Self {
            id: reservation.id,
            account_id: reservation.account,
            org_path: reservation.place,
            minutes: reservation.minutes,
            state: reservation.state,
            version: reservation.version,
            created_at: reservation.created_at,
        }
    }
}

/// 我的时间账户 / shows the caller's time account
#[utoipa::path(
    operation_id = "show_my_time_account",
    tag = "time-accounts",
    responses((status = 200, description = "时间账户 / the account", body = TimeAccountView)),
)]
#[get("/me/time-account")]
pub(crate) async fn show_my_time_account(
    app: web::Data<App>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let balance = app::show_time_account(&app, &ctx).await?;
    Ok(http::ok(&TimeAccountView::from(balance)))
}

/// 我的时间账目 / lists the entries of the caller's time account, the newest first
#[utoipa::path(
    operation_id = "list_my_time_entries",
    tag = "time-accounts",
    params(SignUpQuery),
    responses((status = 200, description = "一页账目 / a page of entries", body = Page<TimeEntryView>)),
)]
#[get("/me/time-account/entries")]
pub(crate) async fn list_my_time_entries(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<SignUpQuery>,
) -> Result<HttpResponse, Failure> {
    let (found, next) = app::list_my_time_entries(&app, &ctx, &query.0.wanted()).await?;
    let items = found.into_iter().map(TimeEntryView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 预留时间 / sets minutes of the caller's aside for service that they want
#[utoipa::path(
    operation_id = "open_time_reservation",
    tag = "time-accounts",
    request_body = ReserveTimeBody,
    responses(
        (status = 201, description = "已预留 / reserved", body = TimeReservationView),
        (status = 409, description = "余额不足 / the account holds less", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/me/time-account/reservations")]
pub(crate) async fn open_time_reservation(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<ReserveTimeBody>,
) -> Result<HttpResponse, Failure> {
    let command = ReserveTime {
        minutes: body.0.minutes.get(),
        place: body.0.org_path,
    };
    let key = ctx.idempotency(&command);
    let made = app::reserve_time(&app, &ctx, key.as_ref(), &command).await?;
    let location = format!("/api/volunteering/v1/time-reservations/{}", made.id);
    let version = made.version;
    Ok(http::created(
        &location,
        version,
        &TimeReservationView::from(made),
    ))
}

/// 待处理的时间预约 / lists the reservations at or below a place that wait, the newest first
#[utoipa::path(
    operation_id = "list_time_reservations",
    tag = "time-accounts",
    params(PlacePageQuery),
    responses((status = 200, description = "一页预约 / a page of reservations", body = Page<TimeReservationView>)),
)]
#[get("/time-reservations")]
pub(crate) async fn list_time_reservations(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<PlacePageQuery>,
) -> Result<HttpResponse, Failure> {
    let (place, wanted) = query.0.wanted();
    let (found, next) = app::list_reservations(&app, &ctx, &place, &wanted).await?;
    let items = found.into_iter().map(TimeReservationView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 支出、退回或捐赠 / spends a reservation once service was given, gives it back or donates it
///
/// Those who run the place spend it or give it back; the holder gives it back, or donates it to the place.
#[utoipa::path(
    operation_id = "change_time_reservation",
    tag = "time-accounts",
    params(("id" = TimeReservationId, Path, description = "时间预约 / its id")),
    request_body = SettleTimeBody,
    responses(
        (status = 200, description = "已处理 / settled", body = TimeReservationView),
        (status = 409, description = "已支出、退回或捐赠 / settled before", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/time-reservations/{id}/steps")]
pub(crate) async fn change_time_reservation(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<TimeReservationId>,
    body: Valid<SettleTimeBody>,
) -> Result<HttpResponse, Failure> {
    let command = SettleTime {
        id: id.0,
        step: body.0.step,
    };
    let key = ctx.idempotency(&command);
    let settled = app::settle_time(&app, &ctx, key.as_ref(), &command).await?;
    Ok(http::ok_with_etag(
        settled.version,
        &TimeReservationView::from(settled),
    ))
}
