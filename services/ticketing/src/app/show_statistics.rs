//! Figures of a part of the city over a period (统计).
//!
//! The period is the days on which orders were opened; what became of them is counted up to now. So numerator and
//! denominator always speak of the same orders. Figures are sums by place and day that are kept as orders change, so a
//! month costs the same however many orders it had; what has changed in the last seconds is added while reading.

use std::collections::BTreeMap;

use ::store::StoreError;
use auth::Ctx;
use jiff::civil::Date;
use kernel::{OrgCode, OrgPath, Timestamp};
use problem::{Category, Fact, Kind, Locale};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::STAFF;
use super::derive_figures::{Changes, apply, changes_of};
use super::figures_by_child::{Children, by_child};
use super::fold_figures::orders_of;
use super::place::{Place, PlaceError, asked_place};
use super::view::{state_title, words};
use crate::domain::statistics::measures::FigureMeasures;
use crate::domain::statistics::{Counts, Rates, Sums};
use crate::store::figures::{Dimension, list_cells, list_due};
use crate::store::scopes::scope_of;

/// Longest period, in days.
const MOST_DAYS: i32 = 366;
/// Changes that are added while reading; what is beyond them follows in a moment.
const FRESH: u64 = 400;

/// By what figures are shown apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatisticsGroupBy {
    /// By category (按类别).
    Category,
    /// By channel (按渠道).
    Channel,
    /// By workflow (按流程).
    Workflow,
    /// By the day of opening (按日).
    Day,
    /// By the places directly below (按下级区域).
    Place,
    /// By the units directly below (按单位).
    Unit,
}

/// Which figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShowStatistics {
    /// Orders opened from this day on.
    pub(crate) from: Date,
    /// Orders opened up to this day.
    pub(crate) to: Date,
    /// At or below this place; none for the caller's widest scope.
    pub(crate) org_code: Option<OrgCode>,
    /// Apart by what.
    pub(crate) by: Option<StatisticsGroupBy>,
}

/// Figures (统计).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct StatisticsView {
    /// 范围；全市为空 (the place; none for the whole city).
    pub(crate) org_code: Option<OrgCode>,
    /// 范围名称 (name of the place).
    pub(crate) org_name: Option<String>,
    /// 起，含当日 (orders opened from this day on, in the zone of the business).
    #[schema(value_type = String, format = Date)]
    pub(crate) from: Date,
    /// 止，含当日 (orders opened up to this day, that day included).
    #[schema(value_type = String, format = Date)]
    pub(crate) to: Date,
    /// 统计时刻 (what became of them up to now).
    pub(crate) as_of: Timestamp,
    /// 统计口径版本 (version of the rules by which is counted).
    pub(crate) rules_version: u32,
    /// 是否全部计入；片刻前的大批变动稍后计入 (whether all is counted; after many changes at once some follow in a moment).
    pub(crate) complete: bool,
    /// 按流程与状态 (by workflow and state).
    pub(crate) workflows: Vec<WorkflowCountView>,
    /// 数 (counts).
    pub(crate) counts: Counts,
    /// 率 (rates).
    pub(crate) rates: Rates,
    /// 指标 (figures that are no rates).
    pub(crate) measures: FigureMeasures,
    /// 分组 (apart, where asked for).
    pub(crate) groups: Vec<StatisticsGroupView>,
}

/// Figures of a group.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct StatisticsGroupView {
    /// 类别、渠道、流程、日期、区域或单位代码；无类别为空 (category, channel, workflow, day, code of the place or unit; empty
    /// for those without one).
    pub(crate) value: String,
    /// 区域或单位名称 (name of the place or unit).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// 数 (counts).
    pub(crate) counts: Counts,
    /// 率 (rates).
    pub(crate) rates: Rates,
    /// 指标 (figures that are no rates).
    pub(crate) measures: FigureMeasures,
}

/// Orders of one workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WorkflowCountView {
    /// 流程 (workflow).
    pub(crate) workflow: String,
    /// 名称 (its title).
    pub(crate) title: String,
    /// 工单数 (orders).
    pub(crate) total: u64,
    /// 按状态 (by state).
    pub(crate) states: Vec<StateCountView>,
}

/// Orders in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StateCountView {
    /// 状态 (state).
    pub(crate) state: String,
    /// 名称 (its title).
    pub(crate) title: String,
    /// 工单数 (orders).
    pub(crate) count: u64,
}

/// Why figures are not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StatisticsError {
    /// The place does not serve.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The period ends before it begins.
    #[error("the period is empty")]
    Empty,
    /// The period is too long.
    #[error("the period is longer than {MOST_DAYS} days")]
    TooLong,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for StatisticsError {
    fn fact(&self) -> Fact {
        match self {
            Self::Place(error) => error.fact(),
            Self::Empty => Fact::new(
                Kind::Invalid,
                "invalid-period",
                "to 须晚于 from",
                "to must be later than from",
            )
            .at("/to"),
            Self::TooLong => Fact::new(
                Kind::Invalid,
                "invalid-period",
                format!("统计期最长 {MOST_DAYS} 天"),
                format!("a period has at most {MOST_DAYS} days"),
            )
            .at("/to"),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Shows the figures of a place that is within the caller's scope.
pub(crate) async fn show_statistics(
    app: &App,
    ctx: &Ctx,
    wanted: &ShowStatistics,
) -> Result<StatisticsView, StatisticsError> {
    check_period(wanted.from, wanted.to)?;
    app.db
        .read("statistics.show", |tx| async move {
            let asked = wanted.org_code.as_ref();
            let Place { path, name } = asked_place(&*tx, ctx, STAFF, asked).await?;
            let due = list_due(&*tx, FRESH).await?;
            let fresh = changes_of(app, &*tx, &orders_of(&due)).await?;
            let window = Window {
                scope: scope_of(&path),
                from: wanted.from.to_string(),
                to: wanted.to.to_string(),
            };
            let sums = total(&*tx, &fresh, &window).await?;
            let states = grouped(&*tx, &fresh, &window, Dimension::State).await?;
            Ok(StatisticsView {
                org_code: path.leaf(),
                org_name: name,
                from: wanted.from,
                to: wanted.to,
                as_of: ctx.now,
                rules_version: app.figures.version,
                complete: u64::try_from(due.len()).is_ok_and(|count| count < FRESH),
                workflows: workflows(app, &states, ctx.locale),
                rates: Rates::of(&sums.counts),
                measures: measures(app, &sums, None),
                counts: sums.counts,
                groups: groups(app, &*tx, (&fresh, &window, &path), wanted.by).await?,
            })
        })
        .await
}

/// Checks that a period is one, and not too long.
pub(super) fn check_period(from: Date, to: Date) -> Result<(), StatisticsError> {
    if to < from {
        return Err(StatisticsError::Empty);
    }
    let days = from.until(to).map_or(i32::MAX, |span| span.get_days());
    if days >= MOST_DAYS {
        return Err(StatisticsError::TooLong);
    }
    Ok(())
}

/// A node over some days, both included.
struct Window {
    scope: String,
    from: String,
    to: String,
}

/// Adds up the sums of a node by the key that `name` gives, changes that were not counted yet included.
async fn added_up(
    db: &impl ConnectionTrait,
    fresh: &Changes,
    window: &Window,
    dimension: Dimension,
    name: impl Fn(&crate::store::figures::CellKey) -> String,
) -> Result<BTreeMap<String, Sums>, StoreError> {
    let days = (window.from.as_str(), window.to.as_str());
    let kept = list_cells(db, (window.scope.as_str(), dimension), days).await?;
    let mut found: BTreeMap<String, Sums> = BTreeMap::new();
    for (key, sums) in &kept {
        found.entry(name(key)).or_default().add(sums);
    }
    for (key, change) in &fresh.cells {
        let within = window.from <= key.day && key.day <= window.to;
        if within && key.scope == window.scope && key.dimension == dimension {
            apply(found.entry(name(key)).or_default(), change);
        }
    }
    found.retain(|_, sums| !sums.is_empty());
    Ok(found)
}

async fn total(
    db: &impl ConnectionTrait,
    fresh: &Changes,
    window: &Window,
) -> Result<Sums, StoreError> {
    let mut all = added_up(db, fresh, window, Dimension::All, |_| String::new()).await?;
    Ok(all.remove("").unwrap_or_default())
}

async fn grouped(
    db: &impl ConnectionTrait,
    fresh: &Changes,
    window: &Window,
    dimension: Dimension,
) -> Result<BTreeMap<String, Sums>, StoreError> {
    added_up(db, fresh, window, dimension, |key| key.value.clone()).await
}

async fn groups(
    app: &App,
    db: &impl ConnectionTrait,
    (fresh, window, path): (&Changes, &Window, &OrgPath),
    by: Option<StatisticsGroupBy>,
) -> Result<Vec<StatisticsGroupView>, StoreError> {
    let children = match by {
        Some(StatisticsGroupBy::Place) => Some(Children::Places),
        Some(StatisticsGroupBy::Unit) => Some(Children::Units),
        _ => None,
    };
    if let Some(children) = children {
        let days = (window.from.as_str(), window.to.as_str());
        let found = by_child(db, fresh, (path, children), days).await?;
        let views = found.into_iter();
        return Ok(views
            .map(|(node, sums)| group(app, (node.code.to_string(), Some(node.name)), sums, None))
            .collect());
    }
    let found = match by {
        None | Some(StatisticsGroupBy::Place | StatisticsGroupBy::Unit) => return Ok(Vec::new()),
        Some(StatisticsGroupBy::Category) => {
            grouped(db, fresh, window, Dimension::Category).await?
        }
        Some(StatisticsGroupBy::Channel) => grouped(db, fresh, window, Dimension::Channel).await?,
        Some(StatisticsGroupBy::Workflow) => {
            grouped(db, fresh, window, Dimension::Workflow).await?
        }
        Some(StatisticsGroupBy::Day) => {
            added_up(db, fresh, window, Dimension::All, |key| key.day.clone()).await?
        }
    };
    let views = found.into_iter();
    Ok(views
        .map(|(value, sums)| {
            let workflow = value.clone();
            let own = (by == Some(StatisticsGroupBy::Workflow)).then_some(workflow.as_str());
            group(app, (value, None), sums, own)
        })
        .collect())
}

fn group(
    app: &App,
    (value, title): (String, Option<String>),
    sums: Sums,
    workflow: Option<&str>,
) -> StatisticsGroupView {
    StatisticsGroupView {
        value,
        title,
        rates: Rates::of(&sums.counts),
        measures: measures(app, &sums, workflow),
        counts: sums.counts,
    }
}

fn measures(app: &App, sums: &Sums, workflow: Option<&str>) -> FigureMeasures {
    let rules = &app.figures;
    FigureMeasures::of(sums, rules.weights, &rules.scoring, workflow)
}

/// Lists the counts by workflow and state, in the order of the definitions.
fn workflows(app: &App, states: &BTreeMap<String, Sums>, locale: Locale) -> Vec<WorkflowCountView> {
    let mut by_workflow: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for (value, sums) in states {
        let (workflow, state) = value.split_once('/').unwrap_or((value, ""));
        let rows = by_workflow.entry(workflow).or_default();
        rows.push((state, sums.counts.opened));
    }
    let mut views = Vec::with_capacity(by_workflow.len());
    for (workflow, mut rows) in by_workflow {
        let definition = app.workflows.latest(workflow).map(AsRef::as_ref);
        let place = |wanted: &str| {
            let known = definition.map(|known| known.states.iter());
            known.and_then(|mut states| states.position(|state| state.name == wanted))
        };
        rows.sort_by_key(|(state, _)| (place(state).unwrap_or(usize::MAX), *state));
        let title = definition.map_or(workflow, |known| words(&known.title, locale));
        views.push(WorkflowCountView {
            workflow: workflow.to_owned(),
            title: title.to_owned(),
            total: rows.iter().map(|(_, count)| *count).sum(),
            states: rows
                .iter()
                .map(|(state, count)| StateCountView {
                    state: (*state).to_owned(),
                    title: state_title(definition, state, locale),
                    count: *count,
                })
                .collect(),
        });
    }
    views
}
