//! Lists signs of work for the figures instead of the matter (疑似刷数), by unit and period.

use std::collections::BTreeSet;

use auth::Ctx;
use jiff::civil::Date;
use kernel::{OrderId, OrgCode, Role};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::derive_figures::{BATCH, deeds_of};
use super::list_figure_orders::midnight;
use super::list_orders::{allowed_at, is_within, keeps_out};
use super::place::asked_place;
use super::show_statistics::{StatisticsError, check_period};
use crate::domain::flags::{FigureFlagKind, find};
use crate::store::figures::list_opened;
use crate::store::listing::list_certain;
use crate::store::orgs::list_orgs;
use crate::store::scopes::scope_of;

/// Who looks at them.
const JUDGES: &[Role] = &[
    Role::Assessor,
    Role::DistrictOperator,
    Role::PlatformOperator,
];
/// Orders that are looked at: what it costs.
const MOST_ORDERS: usize = 5_000;

/// Of which orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListFlags {
    /// Opened from this day on.
    pub(crate) from: Date,
    /// Opened up to this day.
    pub(crate) to: Date,
    /// At or below this place or unit; none for the caller's widest scope.
    pub(crate) org_code: Option<OrgCode>,
}

/// What is to be looked at (提示).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FigureFlagsView {
    /// 阈值版本 (version of the thresholds).
    pub(crate) version: u32,
    /// 查看的工单数 (orders looked at).
    pub(crate) orders: usize,
    /// 是否看完；工单过多时只看最近提出的 (whether that were all; of too many, those opened last).
    pub(crate) complete: bool,
    /// 提示 (flags).
    pub(crate) items: Vec<FigureFlagView>,
}

/// A flag of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FigureFlagView {
    /// 种类 (what is flagged).
    pub(crate) kind: FigureFlagKind,
    /// 单位 (the unit).
    pub(crate) unit_code: OrgCode,
    /// 单位名称 (its name).
    pub(crate) unit_name: Option<String>,
    /// 涉及工单数 (orders behind it).
    pub(crate) count: usize,
    /// 其中的总数 (of how many).
    pub(crate) of: usize,
    /// 工单，最多 50 个 (the orders, at most 50).
    pub(crate) order_ids: Vec<OrderId>,
}

/// Lists the flags of units at or below a place.
pub(crate) async fn list_flags(
    app: &App,
    ctx: &Ctx,
    wanted: &ListFlags,
) -> Result<FigureFlagsView, StatisticsError> {
    check_period(wanted.from, wanted.to)?;
    let next = wanted.to.tomorrow().unwrap_or(wanted.to);
    let period = (midnight(wanted.from, &app.zone), midnight(next, &app.zone));
    let db = app.db.reader();
    let place = asked_place(db, ctx, JUDGES, wanted.org_code.as_ref()).await?;
    let path = place.path;
    let one_more = u64::try_from(MOST_ORDERS + 1).unwrap_or(u64::MAX);
    let mut opened = list_opened(db, &scope_of(&path), period, None, one_more).await?;
    let complete = opened.len() <= MOST_ORDERS;
    opened.truncate(MOST_ORDERS);
    let ids: Vec<OrderId> = opened.into_iter().map(|(_, id)| id).collect();
    let mut deeds = Vec::new();
    for chunk in ids.chunks(BATCH) {
        deeds.extend(deeds_of(app, db, chunk).await?);
    }
    let mut flags = find(&deeds, &app.thresholds);
    // whoever keeps out of an order, or answers for other categories, is not shown it here either; it still counts
    let allowed = allowed_at(ctx, JUDGES, &path);
    let named: Vec<OrderId> = flags.iter().flat_map(|flag| flag.orders.clone()).collect();
    let me = ctx.principal.account;
    let exclusions = exclusions::list_of(db, me).await?;
    let mut shown = BTreeSet::new();
    for chunk in named.chunks(BATCH) {
        let listed = list_certain(db, chunk).await?;
        let open = listed.iter().filter(|order| {
            is_within(&allowed, order.category.as_deref()) && !keeps_out(&exclusions, me, order)
        });
        shown.extend(open.map(|order| order.id));
    }
    for flag in &mut flags {
        flag.orders.retain(|id| shown.contains(id));
    }
    let units: Vec<OrgCode> = flags.iter().map(|flag| flag.unit.clone()).collect();
    let orgs = list_orgs(db, &units).await?;
    let items = flags.into_iter().map(|flag| FigureFlagView {
        unit_name: orgs
            .iter()
            .find(|org| org.code == flag.unit)
            .map(|org| org.name.clone()),
        kind: flag.kind,
        unit_code: flag.unit,
        count: flag.count,
        of: flag.of,
        order_ids: flag.orders,
    });
    Ok(FigureFlagsView {
        version: app.thresholds.version,
        orders: ids.len(),
        complete,
        items: items.collect(),
    })
}
