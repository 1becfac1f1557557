//! Lists the orders behind a figure (统计下钻).

use std::collections::HashMap;

use auth::Ctx;
use chassis::http::{Limit, Page};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{Cursor, CursorError, OrderId, OrgCode, Timestamp};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::STAFF;
use super::list_orders::{allowed_at, is_within, keeps_out, shown_title};
use super::place::asked_place;
use super::show_statistics::{StatisticsError, check_period};
use super::view::state_title;
use crate::domain::statistics::Counts;
use crate::store::figures::{Kept, list_kept, list_opened};
use crate::store::listing::{Listed, list_certain};
use crate::store::scopes::scope_of;

/// Name of the list in its cursors.
const LIST: &str = "figure-orders";
/// Orders that one page looks at: what it costs, whatever it finds.
const LOOKED_AT: u64 = 1_000;

/// Which orders.
#[derive(Debug, Clone)]
pub(crate) struct ListFigureOrders {
    /// The count that they add to.
    pub(crate) count: String,
    /// Opened from this day on.
    pub(crate) from: Date,
    /// Opened up to this day.
    pub(crate) to: Date,
    /// At or below this place; none for the caller's widest scope.
    pub(crate) org_code: Option<OrgCode>,
    /// Of this workflow, category and channel.
    pub(crate) facets: [Option<String>; 3],
    /// Where the page begins.
    pub(crate) cursor: Option<String>,
    /// How long it is.
    pub(crate) limit: Limit,
}

/// An order behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FigureOrderView {
    /// 工单 (the order).
    pub(crate) id: OrderId,
    /// 工单编号 (the number that people use).
    pub(crate) number: String,
    /// 流程 (workflow).
    pub(crate) workflow: String,
    /// 状态 (state).
    pub(crate) state: String,
    /// 状态名称 (the state in words).
    pub(crate) state_title: String,
    /// 标题 (what it is about, in a line).
    pub(crate) title: String,
    /// 类别 (category).
    pub(crate) category: Option<String>,
    /// 渠道 (where it came in).
    pub(crate) channel: String,
    /// 地点 (the place it belongs to).
    pub(crate) org_code: OrgCode,
    /// 地点名称 (name of that place).
    pub(crate) org_name: String,
    /// 计入几次 (how often it is counted).
    pub(crate) times: u64,
    /// 提出时间 (when it was opened).
    pub(crate) created_at: Timestamp,
}

/// Why nothing is listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FigureOrdersError {
    /// There is no such count.
    #[error("no count {0:?}")]
    UnknownCount(String),
    /// The cursor is not one of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The place or the period is wrong.
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] ::store::StoreError),
}

impl Category for FigureOrdersError {
    fn fact(&self) -> Fact {
        match self {
            Self::UnknownCount(_) => Fact::new(
                Kind::Invalid,
                "unknown-count",
                "没有这个统计数",
                "there is no such count",
            )
            .at("/count"),
            Self::Cursor(error) => error.fact(),
            Self::Statistics(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists a page of the orders that add to a count, the newest first.
pub(crate) async fn list_figure_orders(
    app: &App,
    ctx: &Ctx,
    wanted: &ListFigureOrders,
) -> Result<Page<FigureOrderView>, FigureOrdersError> {
    if !Counts::NAMES.contains(&wanted.count.as_str()) {
        return Err(FigureOrdersError::UnknownCount(wanted.count.clone()));
    }
    check_period(wanted.from, wanted.to)?;
    let after: Option<(Timestamp, OrderId)> = match &wanted.cursor {
        Some(cursor) => Some(Cursor::decode(LIST, cursor)?),
        None => None,
    };
    let db = app.db.reader();
    let place = asked_place(db, ctx, STAFF, wanted.org_code.as_ref()).await;
    let place = place.map_err(StatisticsError::from)?;
    let path = place.path;
    let period = (
        midnight(wanted.from, &app.zone),
        midnight(
            wanted.to.checked_add(1.day()).unwrap_or(Date::MAX),
            &app.zone,
        ),
    );
    let opened = list_opened(db, &scope_of(&path), period, after, LOOKED_AT).await?;
    let ids: Vec<OrderId> = opened.iter().map(|(_, id)| *id).collect();
    let kept = list_kept(db, &ids).await?;
    let mut found = Vec::new();
    let mut next = None;
    for (at, id) in &opened {
        if let Some(times) = kept.get(id).and_then(|kept| counted(kept, wanted)) {
            found.push((*id, times));
        }
        if found.len() == wanted.limit.size() {
            next = Some((*at, *id));
            break;
        }
    }
    let full = u64::try_from(opened.len()).is_ok_and(|looked| looked == LOOKED_AT);
    if next.is_none() && full {
        next = opened.last().copied();
    }
    let items = show(app, ctx, &found, &allowed_at(ctx, STAFF, &path)).await?;
    Ok(Page {
        items,
        next: next.map(|place| Cursor::encode(LIST, &place)),
    })
}

/// Says how often an order is counted, if it is one that is asked for.
fn counted(kept: &Kept, wanted: &ListFigureOrders) -> Option<u64> {
    let [workflow, _, category, channel] = &kept.facets;
    let same = [workflow, category, channel]
        .into_iter()
        .zip(&wanted.facets)
        .all(|(has, asked)| asked.as_ref().is_none_or(|asked| asked == has));
    let times = kept.sums.counts.get(&wanted.count)?;
    (same && times > 0).then_some(times)
}

async fn show(
    app: &App,
    ctx: &Ctx,
    found: &[(OrderId, u64)],
    allowed: &[String],
) -> Result<Vec<FigureOrderView>, ::store::StoreError> {
    let db = app.db.reader();
    let ids: Vec<OrderId> = found.iter().map(|(id, _)| *id).collect();
    let me = ctx.principal.account;
    let exclusions = exclusions::list_of(db, me).await?;
    let listed = list_certain(db, &ids).await?;
    let mut listed: HashMap<OrderId, Listed> =
        listed.into_iter().map(|order| (order.id, order)).collect();
    let mut views = Vec::with_capacity(found.len());
    for (id, times) in found {
        let Some(order) = listed.remove(id) else {
            continue;
        };
        let within = is_within(allowed, order.category.as_deref());
        if within && !keeps_out(&exclusions, me, &order) {
            views.push(view(app, ctx, order, *times));
        }
    }
    Ok(views)
}

fn view(app: &App, ctx: &Ctx, order: Listed, times: u64) -> FigureOrderView {
    let version = u32::try_from(order.workflow_version).unwrap_or_default();
    let definition = app.workflows.find(&order.workflow, version);
    FigureOrderView {
        title: shown_title(ctx, &order),
        state_title: state_title(definition.map(AsRef::as_ref), &order.state, ctx.locale),
        id: order.id,
        number: order.number,
        workflow: order.workflow,
        state: order.state,
        category: order.category,
        channel: order.channel,
        org_code: order.org_code,
        org_name: order.org_name,
        times,
        created_at: order.created_at,
    }
}

/// Finds the first instant of a day; days beyond what can be said are cut to the edge of time.
pub(super) fn midnight(day: Date, zone: &TimeZone) -> Timestamp {
    let micros = zone
        .to_timestamp(day.at(0, 0, 0, 0))
        .map_or(i64::MAX, jiff::Timestamp::as_microsecond);
    Timestamp::from_micros(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
