use std::collections::{HashMap, HashSet};

use contracts::registry::OrgKind;
use kernel::{IdSourceExt, OrgCode};
use problem::Message;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use store::StoreError;

use super::{App, Origin};
use crate::domain::geo::{Feature, FeatureError};
use crate::domain::grid::{Grid, Warning, community_of};
use crate::domain::history::Effective;
use crate::domain::organisation::{Change, Organisation, Refused};
use crate::domain::placement::{Misplaced, place};
use crate::store::{load_grids, load_organisations};

/// What became of a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GridOutcome {
    pub(crate) code: Option<OrgCode>,
    pub(crate) verdict: Verdict,
    pub(crate) warnings: Vec<Warning>,
}

/// What became of it, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verdict {
    Created,
    Changed,
    Unchanged,
    Refused(GridRefusal),
}

/// Why a feature was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum GridRefusal {
    Feature(FeatureError),
    Repeated,
    OtherKind,
    Closed,
    Misplaced(Misplaced),
    OutOfScope,
}

impl GridRefusal {
    /// Explains it to the caller.
    pub(crate) fn message(self) -> Message {
        match self {
            Self::Feature(why) => why.message(),
            Self::Misplaced(why) => why.message(),
            Self::Repeated => Message::fixed(
                "同一代码在本次导入中已出现",
                "the same code came before in this import",
            ),
            Self::OtherKind => Message::fixed(
                "该代码属于其他类型的组织",
                "the code names an organisation of another kind",
            ),
            Self::Closed => Message::fixed("该网格已撤销", "the grid is closed"),
            Self::OutOfScope => Message::fixed(
                "不在您的管理范围内",
                "it is outside the part of the tree that you run",
            ),
        }
    }
}

/// What an import of grids would do.
#[derive(Default)]
pub(super) struct GridPlan {
    pub(super) outcomes: Vec<GridOutcome>,
    /// Nodes to set up.
    pub(super) nodes: Vec<Organisation>,
    /// Nodes to rename.
    pub(super) renamed: Vec<(Organisation, Change)>,
    /// Grids to save.
    pub(super) grids: Vec<Grid>,
    /// Grids of all features that were accepted, changed or not.
    pub(super) accepted: Vec<Grid>,
    /// Nodes above new ones, as they were read.
    pub(super) parents: Vec<Organisation>,
}

impl GridPlan {
    pub(super) async fn make(
        app: &App,
        origin: &Origin<'_>,
        features: &[Result<Feature, FeatureError>],
        when: Effective,
        db: &impl ConnectionTrait,
    ) -> Result<Self, StoreError> {
        let codes: Vec<OrgCode> = features
            .iter()
            .flatten()
            .map(|feature| feature.code.clone())
            .collect();
        let mentioned: HashSet<OrgCode> = codes
            .iter()
            .cloned()
            .chain(codes.iter().filter_map(parent_code))
            .collect();
        let mentioned: Vec<OrgCode> = mentioned.into_iter().collect();
        let mut nodes = HashMap::new();
        for node in load_organisations(db, &mentioned).await? {
            nodes.insert(node.code.clone(), node);
        }
        // a grid that was moved lies below another node than its code says
        let elsewhere: Vec<OrgCode> = codes
            .iter()
            .filter_map(|code| nodes.get(code)?.parent_code.clone())
            .filter(|parent| !nodes.contains_key(parent))
            .collect();
        for node in load_organisations(db, &elsewhere).await? {
            nodes.insert(node.code.clone(), node);
        }
        let mut grids = HashMap::new();
        for grid in load_grids(db, &codes).await? {
            grids.insert(grid.code.clone(), grid);
        }
        let mut planner = Planner {
            app,
            origin,
            when,
            nodes,
            grids,
            seen: HashSet::new(),
            plan: Self::default(),
        };
        for feature in features {
            let outcome = planner.decide(feature);
            planner.plan.outcomes.push(outcome);
        }
        Ok(planner.plan)
    }
}

fn parent_code(code: &OrgCode) -> Option<OrgCode> {
    let (parent, _) = code.as_str().rsplit_once('.')?;
    parent.parse().ok()
}

struct Planner<'a> {
    app: &'a App,
    origin: &'a Origin<'a>,
    when: Effective,
    nodes: HashMap<OrgCode, Organisation>,
    grids: HashMap<OrgCode, Grid>,
    seen: HashSet<OrgCode>,
    plan: GridPlan,
}

impl Planner<'_> {
    fn decide(&mut self, feature: &Result<Feature, FeatureError>) -> GridOutcome {
        let feature = match feature {
            Ok(feature) => feature,
            Err(why) => {
                return GridOutcome {
                    code: None,
                    verdict: Verdict::Refused(GridRefusal::Feature(*why)),
                    warnings: Vec::new(),
                };
            }
        };
        let code = Some(feature.code.clone());
        match self.accept(feature) {
            Ok((verdict, grid)) => {
                let warnings = grid.warnings(&self.app.sizing);
                self.plan.accepted.push(grid);
                GridOutcome {
                    code,
                    verdict,
                    warnings,
                }
            }
            Err(why) => GridOutcome {
                code,
                verdict: Verdict::Refused(why),
                warnings: Vec::new(),
            },
        }
    }

    fn accept(&mut self, feature: &Feature) -> Result<(Verdict, Grid), GridRefusal> {
        if !self.seen.insert(feature.code.clone()) {
            return Err(GridRefusal::Repeated);
        }
        let known = self.nodes.get(&feature.code).cloned();
        let new = known.is_none();
        let parent = match &known {
            Some(known) => known.parent_code.clone(),
            None => parent_code(&feature.code),
        };
        let parent = parent.and_then(|code| self.nodes.get(&code)).cloned();
        let renamed = if let Some(known) = known {
            self.rename(feature, known)?
        } else {
            self.set_up(feature, parent.as_ref())?;
            false
        };
        let community = parent.as_ref().and_then(community_of);
        let community = community.ok_or(GridRefusal::Misplaced(Misplaced::ParentNeeded(
            OrgKind::Grid,
        )))?;
        let wanted = Grid::of(feature, community, self.when.now);
        let mut grid = self.grids.get(&feature.code).cloned();
        let changed = match &mut grid {
            Some(grid) => grid.follow(&wanted),
            None => true,
        };
        let grid = grid.unwrap_or(wanted);
        if changed {
            self.plan.grids.push(grid.clone());
        }
        let verdict = match (new, changed || renamed) {
            (true, _) => Verdict::Created,
            (false, true) => Verdict::Changed,
            (false, false) => Verdict::Unchanged,
        };
        Ok((verdict, grid))
    }

    fn set_up(
        &mut self,
        feature: &Feature,
        parent: Option<&Organisation>,
    ) -> Result<(), GridRefusal> {
        let placed = place(OrgKind::Grid, &feature.code, parent);
        let path = placed.map_err(GridRefusal::Misplaced)?;
        if !self.origin.may_edit(&path) {
            return Err(GridRefusal::OutOfScope);
        }
        self.plan.parents.extend(parent.cloned());
        let (id, name, code) = (
            self.app.ids.next(),
            feature.name.clone(),
            feature.code.clone(),
        );
        let node = Organisation::establish(id, OrgKind::Grid, name, code, path, self.when);
        self.plan.nodes.push(node);
        Ok(())
    }

    fn rename(&mut self, feature: &Feature, mut node: Organisation) -> Result<bool, GridRefusal> {
        if node.kind != OrgKind::Grid {
            return Err(GridRefusal::OtherKind);
        }
        if !self.origin.may_edit(&node.path) {
            return Err(GridRefusal::OutOfScope);
        }
        let change = node.rename(feature.name.clone(), self.when);
        let change = change.map_err(|why| match why {
            Refused::Misplaced(why) => GridRefusal::Misplaced(why),
            // nothing counts from a later day than today
            Refused::Closed | Refused::Untimely(_) => GridRefusal::Closed,
        })?;
        let renamed = change.is_some();
        self.plan
            .renamed
            .extend(change.map(|change| (node, change)));
        Ok(renamed)
    }
}
