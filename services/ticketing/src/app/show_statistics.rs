//! Figures of a part of the city over a period (统计).
//!
//! The period is that in which orders were opened; what became of them is counted up to now. So numerator and
//! denominator always speak of the same orders, and the cost depends on the orders of that place and period only.

use std::collections::BTreeMap;

use ::store::StoreError;
use auth::Ctx;
use kernel::{OrgCode, OrgPath, Timestamp};
use problem::{Category, Fact, Kind, Locale};
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::App;
use super::access::STAFF;
use super::view::{state_title, words};
use crate::domain::statistics::{Counts, Rates};
use crate::store::figures::{Cohort, StateCount, StepCount, count_states, count_steps};
use crate::store::orgs::find_org;
use crate::store::scopes::scope_of;

/// Counting a large place over a long time takes a while: one count at a time leaves the other connections to
/// everybody else.
static TURN: Semaphore = Semaphore::const_new(1);
/// Longest period, in days.
const MOST_DAYS: u64 = 366;
/// States in which the matter is over although the file goes on.
const FILED: [&str; 2] = ["closed", "archived"];
/// Steps that keep the file after the matter is over: no limit of theirs is one of the matter.
const FILING: [&str; 2] = ["archive", "evaluate"];

/// Which figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShowStatistics {
    /// Orders opened from here on.
    pub(crate) from: Timestamp,
    /// Orders opened before.
    pub(crate) to: Timestamp,
    /// At or below this place; none for the caller's widest scope.
    pub(crate) org_code: Option<OrgCode>,
}

/// Figures (统计).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct StatisticsView {
    /// 范围；全市为空 (the place; none for the whole city).
    pub(crate) org_code: Option<OrgCode>,
    /// 范围名称 (name of the place).
    pub(crate) org_name: Option<String>,
    /// 起，含 (orders opened from here on).
    pub(crate) from: Timestamp,
    /// 止，不含 (orders opened before).
    pub(crate) to: Timestamp,
    /// 统计时刻 (what became of them up to now).
    pub(crate) as_of: Timestamp,
    /// 按流程与状态 (by workflow and state).
    pub(crate) workflows: Vec<WorkflowCountView>,
    /// 数 (counts).
    pub(crate) counts: Counts,
    /// 率 (rates).
    pub(crate) rates: Rates,
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
    /// The period ends before it begins.
    #[error("the period is empty")]
    Empty,
    /// The period is too long.
    #[error("the period is longer than {MOST_DAYS} days")]
    TooLong,
    /// There is no such place.
    #[error("unknown place {0}")]
    UnknownPlace(OrgCode),
    /// The place is not the caller's.
    #[error("place {0} is outside the caller's scope")]
    OutOfScope(OrgCode),
    /// The caller has no scope at all.
    #[error("the caller works nowhere")]
    NoScope,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for StatisticsError {
    fn fact(&self) -> Fact {
        match self {
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
            Self::UnknownPlace(_) => Fact::new(
                Kind::Invalid,
                "unknown-place",
                "没有这个组织",
                "there is no such place",
            )
            .at("/org_code"),
            Self::OutOfScope(_) => Fact::new(
                Kind::Forbidden,
                "out-of-scope",
                "该组织不在您的授权范围内",
                "this place is outside your scope",
            )
            .at("/org_code"),
            Self::NoScope => Fact::new(
                Kind::Forbidden,
                "out-of-scope",
                "该组织不在您的授权范围内",
                "this place is outside your scope",
            ),
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
    check_period(wanted)?;
    let paths = ctx.principal.paths_of(STAFF);
    // never closed; without its turn the count would only be one of several
    let _turn = TURN.acquire().await;
    app.db
        .read("statistics.show", |tx| {
            let paths = &paths;
            async move {
                let (path, name) = place(&*tx, wanted, paths).await?;
                let cohort = Cohort {
                    scope: scope_of(&path),
                    from: wanted.from,
                    to: wanted.to,
                };
                let states = count_states(&*tx, &cohort, &FILING, ctx.now).await?;
                let steps = count_steps(&*tx, &cohort).await?;
                let counts = counts(app, &states, &steps);
                Ok(StatisticsView {
                    org_code: path.leaf(),
                    org_name: name,
                    from: wanted.from,
                    to: wanted.to,
                    as_of: ctx.now,
                    workflows: workflows(app, &states, ctx.locale),
                    counts,
                    rates: counts.rates(),
                })
            }
        })
        .await
}

fn check_period(wanted: &ShowStatistics) -> Result<(), StatisticsError> {
    if wanted.to <= wanted.from {
        return Err(StatisticsError::Empty);
    }
    let days = wanted.to.duration_since(wanted.from).as_secs() / 86_400;
    if days > MOST_DAYS {
        return Err(StatisticsError::TooLong);
    }
    Ok(())
}

/// Finds the place that is asked about, or the widest that the caller works for.
async fn place(
    db: &impl sea_orm::ConnectionTrait,
    wanted: &ShowStatistics,
    paths: &[OrgPath],
) -> Result<(OrgPath, Option<String>), StatisticsError> {
    let Some(code) = &wanted.org_code else {
        let widest = paths.iter().min_by_key(|path| path.depth());
        let widest = widest.ok_or(StatisticsError::NoScope)?;
        let org = match widest.leaf() {
            Some(code) => find_org(db, &code).await?,
            None => None,
        };
        return Ok((widest.clone(), org.map(|org| org.name)));
    };
    let org = find_org(db, code).await?;
    let org = org.ok_or_else(|| StatisticsError::UnknownPlace(code.clone()))?;
    if !paths.iter().any(|path| path.contains(&org.path)) {
        return Err(StatisticsError::OutOfScope(code.clone()));
    }
    Ok((org.path, Some(org.name)))
}

/// Turns a count of the database into one that cannot be negative.
fn whole(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// How a state stands to the matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    Declined,
    Withdrawn,
    Merged,
    Closed,
}

fn phase(app: &App, workflow: &str, state: &str) -> Phase {
    match state {
        "declined" => return Phase::Declined,
        "withdrawn" => return Phase::Withdrawn,
        "merged" => return Phase::Merged,
        _ => {}
    }
    let mut versions = app.workflows.iter().filter(|known| known.name == workflow);
    if FILED.contains(&state) || versions.any(|known| known.is_terminal(state)) {
        return Phase::Closed;
    }
    Phase::Open
}

/// Adds up what the rates are made of.
fn counts(app: &App, states: &[StateCount], steps: &[StepCount]) -> Counts {
    let mut counts = Counts::default();
    for row in states {
        let total = whole(row.total);
        counts.opened += total;
        match phase(app, &row.workflow, &row.state) {
            Phase::Declined => counts.declined += total,
            Phase::Withdrawn => counts.withdrawn += total,
            Phase::Merged => counts.merged += total,
            Phase::Open => counts.due += whole(row.past_due),
            Phase::Closed => {
                counts.due += total;
                counts.closed += total;
                counts.closed_in_time += total.saturating_sub(whole(row.missed));
                counts.reworked += whole(row.reworked);
            }
        }
    }
    counts.accepted = counts
        .opened
        .saturating_sub(counts.declined + counts.withdrawn + counts.merged);
    for row in steps {
        add_step(&mut counts, row);
    }
    counts
}

/// Adds the steps of one kind; the names are those of the built-in workflows.
fn add_step(counts: &mut Counts, row: &StepCount) {
    let total = whole(row.total);
    match (row.action.as_str(), row.to_state.as_str()) {
        ("dispatch", _) => counts.dispatches += total,
        ("return" | "release", _) => counts.returns += total,
        ("reopen", _) => counts.reopened += total,
        ("accept", "accepted") | ("sign", _) => {
            counts.taken += total;
            counts.taken_in_time += whole(row.in_time);
        }
        // the same order may report again in each round
        ("feedback", _) => counts.handled += whole(row.orders),
        ("verify", to) => {
            counts.verifications += total;
            counts.verifications_passed += whole(row.solved);
            // an order that failed for the last time has failed before
            if to != "callback" {
                counts.checks_failed = counts.checks_failed.max(whole(row.orders));
            }
        }
        ("call_back", _) => {
            counts.callbacks += total;
            counts.callbacks_reached += whole(row.reached);
            counts.callbacks_solved += whole(row.solved);
            counts.callbacks_satisfied += whole(row.satisfied);
        }
        ("review", _) => {
            counts.votes += total;
            counts.votes_solved += whole(row.solved);
            counts.votes_satisfied += whole(row.satisfied);
        }
        _ => {}
    }
    match row.to_state.as_str() {
        "reviewed" if row.from_state != "reviewed" => counts.publishable += whole(row.orders),
        "published" if row.from_state != "published" => counts.published += whole(row.orders),
        _ => {}
    }
}

/// Lists the counts by workflow and state, in the order of the definitions.
fn workflows(app: &App, states: &[StateCount], locale: Locale) -> Vec<WorkflowCountView> {
    let mut by_workflow: BTreeMap<&str, Vec<&StateCount>> = BTreeMap::new();
    for row in states {
        by_workflow.entry(&row.workflow).or_default().push(row);
    }
    let mut views = Vec::with_capacity(by_workflow.len());
    for (workflow, mut rows) in by_workflow {
        let definition = app.workflows.latest(workflow).map(AsRef::as_ref);
        let place = |row: &&StateCount| {
            let known = definition.map(|known| known.states.iter());
            known.and_then(|mut states| states.position(|state| state.name == row.state))
        };
        rows.sort_by_key(|row| (place(row).unwrap_or(usize::MAX), row.state.clone()));
        let title = definition.map_or(workflow, |known| words(&known.title, locale));
        views.push(WorkflowCountView {
            workflow: workflow.to_owned(),
            title: title.to_owned(),
            total: rows.iter().map(|row| whole(row.total)).sum(),
            states: rows
                .iter()
                .map(|row| StateCountView {
                    state: row.state.clone(),
                    title: state_title(definition, &row.state, locale),
                    count: whole(row.total),
                })
                .collect(),
        });
    }
    views
}
