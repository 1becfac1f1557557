//! What is known of grids beside their shapes, from a sheet.

use std::collections::{HashMap, HashSet};

use contracts::registry::OrgKind;
use kernel::{OrgCode, Version};
use problem::Message;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

use super::{App, Origin, kept};
use crate::domain::grid::{Duty, Grid, community_of};
use crate::domain::import::{Answer, ImportRow, Outcome};
use crate::domain::organisation::Organisation;
use crate::domain::sheet::{CellError, GridRow};
use crate::store::{load_grids, load_organisations, next_revision, save_grids};

/// What rows would do.
pub(super) struct Plan {
    pub(super) answers: Vec<Answer>,
    grids: Vec<Grid>,
}

/// How a grid was.
#[derive(Serialize, Deserialize)]
struct Before {
    households: Option<u32>,
    party_members: Option<u32>,
    duties: Vec<Duty>,
}

impl Plan {
    pub(super) async fn make(
        origin: &Origin<'_>,
        rows: &[&[String]],
        db: &impl ConnectionTrait,
    ) -> Result<Self, StoreError> {
        let rows: Vec<_> = rows.iter().map(|row| GridRow::read(row)).collect();
        let codes: Vec<OrgCode> = rows.iter().flatten().map(|row| row.code.clone()).collect();
        let nodes = with_parents(db, &codes).await?;
        let mut grids = HashMap::new();
        for grid in load_grids(db, &codes).await? {
            grids.insert(grid.code.clone(), grid);
        }
        let mut plan = Self {
            answers: Vec::with_capacity(rows.len()),
            grids: Vec::new(),
        };
        for row in rows {
            let decided = match row {
                Ok(row) => {
                    let grid = grids.remove(&row.code);
                    plan.decide(origin, &nodes, &row, grid)
                        .map_err(|why| vec![why])
                }
                Err(errors) => Err(errors),
            };
            plan.answers.push(decided.unwrap_or_else(Answer::refused));
        }
        Ok(plan)
    }

    fn decide(
        &mut self,
        origin: &Origin<'_>,
        nodes: &HashMap<OrgCode, Organisation>,
        row: &GridRow,
        grid: Option<Grid>,
    ) -> Result<Answer, CellError> {
        let node = nodes.get(&row.code);
        let node = node.filter(|node| node.kind == OrgKind::Grid && !node.is_closed());
        let node = node.ok_or_else(no_grid)?;
        if !origin.may_edit(&node.path) {
            return Err(super::out_of_scope("code"));
        }
        let parent = node.parent_code.as_ref().and_then(|code| nodes.get(code));
        let community_code = parent.and_then(community_of).ok_or_else(no_grid)?;
        let before = Before {
            households: grid.as_ref().and_then(|grid| grid.households),
            party_members: grid.as_ref().and_then(|grid| grid.party_members),
            duties: grid
                .as_ref()
                .map(|grid| grid.duties.clone())
                .unwrap_or_default(),
        };
        let wanted = Grid {
            code: row.code.clone(),
            community_code,
            shape: grid.as_ref().and_then(|grid| grid.shape.clone()),
            households: row.households,
            party_members: row.party_members,
            duties: row.duties.clone(),
            version: Version::FIRST,
            updated_at: origin.now,
        };
        let grid = match grid {
            None => wanted,
            Some(mut grid) => {
                if !grid.follow(&wanted) {
                    return Ok(Answer::plain(Outcome::Unchanged));
                }
                grid
            }
        };
        let before = serde_json::to_string(&before).unwrap_or_default();
        let answer = Answer::changed(&grid.code, grid.version, before);
        self.grids.push(grid);
        Ok(answer)
    }

    /// Saves the grids under a change of the map, which was counted before they were read.
    pub(super) async fn write(self, tx: &Tx, revision: i64) -> Result<Vec<Answer>, StoreError> {
        save_grids(tx, &self.grids, revision).await?;
        Ok(self.answers)
    }
}

/// Finds nodes and what is above them.
async fn with_parents(
    db: &impl ConnectionTrait,
    codes: &[OrgCode],
) -> Result<HashMap<OrgCode, Organisation>, StoreError> {
    let mut nodes = HashMap::new();
    for node in load_organisations(db, codes).await? {
        nodes.insert(node.code.clone(), node);
    }
    let parents: HashSet<OrgCode> = nodes
        .values()
        .filter_map(|node| node.parent_code.clone())
        .filter(|code| !nodes.contains_key(code))
        .collect();
    let parents: Vec<OrgCode> = parents.into_iter().collect();
    for node in load_organisations(db, &parents).await? {
        nodes.insert(node.code.clone(), node);
    }
    Ok(nodes)
}

fn no_grid() -> CellError {
    let why = Message::fixed(
        "没有这个网格，请先导入其边界或作为组织导入",
        "there is no such grid; import its shape first, or the grid as an organisation",
    );
    CellError::at("code", &why)
}

/// Takes rows back: grids get what they had before.
pub(super) async fn take_back(
    app: &App,
    origin: &Origin<'_>,
    rows: &[ImportRow],
    tx: &Tx,
) -> Result<Vec<Answer>, StoreError> {
    let revision = next_revision(tx).await?;
    let codes: Vec<OrgCode> = rows
        .iter()
        .filter_map(|row| row.answer.subject.as_deref()?.parse().ok())
        .collect();
    let nodes = with_parents(tx, &codes).await?;
    let mut grids = HashMap::new();
    for grid in load_grids(tx, &codes).await? {
        grids.insert(grid.code.to_string(), grid);
    }
    let mut restored = Vec::new();
    let mut answers = Vec::with_capacity(rows.len());
    for row in rows {
        let subject = row.answer.subject.as_deref().unwrap_or_default();
        let grid = grids.remove(subject);
        let grid = grid.filter(|grid| Some(grid.version) == row.answer.version);
        let before = row.answer.before.as_deref().unwrap_or_default();
        let before = serde_json::from_str::<Before>(before);
        let (Some(mut grid), Ok(before)) = (grid, before) else {
            answers.push(kept(row, &super::CHANGED_SINCE));
            continue;
        };
        let node = nodes.get(&grid.code);
        if !node.is_some_and(|node| origin.may_edit(&node.path)) {
            answers.push(kept(row, &super::OUT_OF_SCOPE));
            continue;
        }
        let wanted = Grid {
            households: before.households,
            party_members: before.party_members,
            duties: before.duties,
            updated_at: app.clock.now(),
            ..grid.clone()
        };
        if grid.follow(&wanted) {
            restored.push(grid);
        }
        answers.push(super::undone(row));
    }
    save_grids(tx, &restored, revision).await?;
    Ok(answers)
}
