use kernel::{Crs, OrgCode};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use serde_json::Value;
use store::{IdempotencyKey, StoreError, Tx, idempotency};
use tokio::task::spawn_blocking;

use super::grid_plan::{GridOutcome, GridPlan};
use super::{App, Origin};
use crate::domain::geo::{Feature, FeatureError, Gap, gaps, overlap_percent, parse_feature};
use crate::domain::grid::Grid;
use crate::domain::history::Untimely;
use crate::events;
use crate::store::{
    hold, insert_organisations, list_grids_of, next_revision, save_change, save_grids,
};

/// Most features of one import.
pub(crate) const MOST_FEATURES: usize = 500;
/// Stored grids around the imported ones that are looked at.
const MOST_NEIGHBOURS: u64 = 2_000;
/// Overlap below this share of the smaller grid is how borders are drawn.
const LEAST_OVERLAP_PERCENT: f64 = 2.0;
/// Overlaps and gaps that a report tells of.
const MOST_TOLD: usize = 200;

/// Takes over grids with their shapes.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ImportGrids {
    pub(crate) dry_run: bool,
    pub(crate) crs: Crs,
    pub(crate) features: Vec<Value>,
}

/// Two grids that have ground in common.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Overlap {
    pub(crate) one: OrgCode,
    pub(crate) other: OrgCode,
    /// Share of the smaller one, in percent.
    pub(crate) percent: f64,
}

/// What became of the features, and how the grids of their communities fit together after it.
#[derive(Debug)]
pub(crate) struct GridReport {
    pub(crate) outcomes: Vec<GridOutcome>,
    pub(crate) overlaps: Vec<Overlap>,
    pub(crate) gaps: Vec<(OrgCode, Gap)>,
}

/// Why no grid is imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportGridsError {
    #[error("more than {MOST_FEATURES} features")]
    TooMany,
    #[error("reading features broke off")]
    BrokeOff,
    #[error(transparent)]
    Untimely(#[from] Untimely),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ImportGridsError {
    fn fact(&self) -> Fact {
        match self {
            Self::TooMany => Fact::new(
                Kind::Invalid,
                "too-many-rows",
                format!("一次最多导入 {MOST_FEATURES} 个网格"),
                format!("at most {MOST_FEATURES} features at once"),
            )
            .at("/features"),
            Self::BrokeOff => Fact::internal(),
            Self::Untimely(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Takes over grids in one transaction; says of each feature what became of it.
pub(crate) async fn import_grids(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: ImportGrids,
) -> Result<GridReport, ImportGridsError> {
    if command.features.len() > MOST_FEATURES {
        return Err(ImportGridsError::TooMany);
    }
    let dry_run = command.dry_run;
    // geometry is work for a processor, not for the thread that answers requests
    let features = spawn_blocking(move || read(&command)).await;
    let features = features.map_err(|_| ImportGridsError::BrokeOff)?;
    let when = app.effective(None, origin.now)?;
    let plan = GridPlan::make(app, origin, &features, when, app.db.reader()).await?;
    let (overlaps, gaps) = compare(app, plan.accepted).await?;
    let mut outcomes = plan.outcomes;
    if !dry_run {
        let features = &features;
        outcomes = app
            .db
            .write("grids.import", |tx| async move {
                idempotency::once(&tx, key, import(app, origin, features, &tx)).await
            })
            .await?;
        app.map.expire();
    }
    Ok(GridReport {
        outcomes,
        overlaps,
        gaps,
    })
}

fn read(command: &ImportGrids) -> Vec<Result<Feature, FeatureError>> {
    let features = command.features.iter();
    features
        .map(|feature| parse_feature(feature, command.crs))
        .collect()
}

async fn import(
    app: &App,
    origin: &Origin<'_>,
    features: &[Result<Feature, FeatureError>],
    tx: &Tx,
) -> Result<Vec<GridOutcome>, ImportGridsError> {
    let when = app.effective(None, origin.now)?;
    // whoever changes the map waits here, so that what is read below stays so
    let revision = next_revision(tx).await?;
    let plan = GridPlan::make(app, origin, features, when, tx).await?;
    hold(tx, &plan.parents.iter().collect::<Vec<_>>()).await?;
    let new = u64::try_from(plan.nodes.len()).unwrap_or(u64::MAX);
    if insert_organisations(tx, &plan.nodes).await? != new {
        return Err(StoreError::Stale.into());
    }
    let ids = app.ids.as_ref();
    let mut told = Vec::new();
    for node in &plan.nodes {
        told.push(events::established(origin, ids, node));
    }
    for (node, change) in &plan.renamed {
        save_change(tx, node, change).await?;
        told.push(events::renamed(origin, ids, node));
    }
    save_grids(tx, &plan.grids, revision).await?;
    let drawn = plan.grids.iter();
    told.extend(drawn.filter_map(|grid| events::drawn(origin, ids, grid)));
    bus::emit(tx, told).await?;
    Ok(plan.outcomes)
}

/// Compares the accepted grids with one another and with what is stored in their communities.
async fn compare(
    app: &App,
    accepted: Vec<Grid>,
) -> Result<(Vec<Overlap>, Vec<(OrgCode, Gap)>), ImportGridsError> {
    let mut communities: Vec<OrgCode> = accepted
        .iter()
        .map(|grid| grid.community_code.clone())
        .collect();
    communities.sort_unstable();
    communities.dedup();
    let mut around = list_grids_of(app.db.reader(), &communities, MOST_NEIGHBOURS).await?;
    around.retain(|grid| accepted.iter().all(|new| new.code != grid.code));
    let compared = spawn_blocking(move || {
        (
            overlaps(&accepted, &around),
            surrounded(&communities, &accepted, &around),
        )
    });
    compared.await.map_err(|_| ImportGridsError::BrokeOff)
}

fn overlaps(accepted: &[Grid], around: &[Grid]) -> Vec<Overlap> {
    let mut found = Vec::new();
    for (place, one) in accepted.iter().enumerate() {
        for other in accepted.iter().skip(place + 1).chain(around) {
            let (Some(first), Some(second)) = (&one.shape, &other.shape) else {
                continue;
            };
            let percent = overlap_percent(first, second);
            if percent >= LEAST_OVERLAP_PERCENT {
                found.push(Overlap {
                    one: one.code.clone(),
                    other: other.code.clone(),
                    percent,
                });
            }
        }
        if found.len() >= MOST_TOLD {
            break;
        }
    }
    found.truncate(MOST_TOLD);
    found
}

fn surrounded(communities: &[OrgCode], accepted: &[Grid], around: &[Grid]) -> Vec<(OrgCode, Gap)> {
    let mut found = Vec::new();
    for community in communities {
        let theirs = accepted.iter().chain(around);
        let theirs = theirs.filter(|grid| grid.community_code == *community);
        let shapes: Vec<_> = theirs.filter_map(|grid| grid.shape.clone()).collect();
        let gaps = gaps(&shapes).into_iter();
        found.extend(gaps.map(|gap| (community.clone(), gap)));
    }
    found.truncate(MOST_TOLD);
    found
}
