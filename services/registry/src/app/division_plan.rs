use std::collections::{HashMap, HashSet};

use kernel::{DivisionCode, DivisionLevel, IdSourceExt, OrgCode, OrgPath};
use sea_orm::ConnectionTrait;
use store::StoreError;

use super::{App, ImportDivisions, Origin};
use crate::domain::division::{Division, Outcome, RawDivision, Refusal};
use crate::domain::history::Effective;
use crate::domain::organisation::{Change, Organisation, Refused};
use crate::domain::placement::{Misplaced, place};
use crate::store::{list_open_children, load_organisations};

/// What an import would do.
pub(super) struct Plan {
    pub(super) outcomes: Vec<Outcome>,
    pub(super) created: Vec<Organisation>,
    /// Changes of nodes that are there, in the order in which they are made.
    pub(super) steps: Vec<Step>,
    /// The nodes above, as they were read.
    pub(super) parents: Vec<Organisation>,
}

/// One change.
pub(super) struct Step {
    pub(super) outcome: Outcome,
    pub(super) before: Organisation,
    pub(super) after: Organisation,
    pub(super) change: Change,
}

impl Plan {
    pub(super) async fn make(
        app: &App,
        origin: &Origin<'_>,
        command: &ImportDivisions,
        when: Effective,
        db: &impl ConnectionTrait,
    ) -> Result<Self, StoreError> {
        let read: Vec<_> = command.rows.iter().map(RawDivision::read).collect();
        let withdrawn: Vec<OrgCode> = read
            .iter()
            .flatten()
            .filter(|row| row.withdrawn)
            .map(|row| row.code.clone())
            .collect();
        let above: HashSet<_> = read
            .iter()
            .flatten()
            .filter_map(|row| row.parent.clone())
            .collect();
        let (mut known, mut parents) = (HashMap::new(), Vec::new());
        for organisation in load_organisations(db, &mentioned(&read)).await? {
            if above.contains(&organisation.code) && !organisation.is_closed() {
                parents.push(organisation.clone());
            }
            known.insert(organisation.code.clone(), organisation);
        }
        let mut planner = Planner {
            app,
            origin,
            when,
            lenient: command.dry_run,
            known,
            children: list_open_children(db, &withdrawn).await?,
            in_request: read.iter().flatten().map(|row| row.code.clone()).collect(),
            seen: HashMap::new(),
            created: Vec::new(),
            steps: Vec::new(),
        };
        let mut outcomes: Vec<_> = read
            .iter()
            .map(|row| {
                row.as_ref()
                    .map_or_else(|why| Outcome::Refused(*why), |_| Outcome::Unchanged)
            })
            .collect();
        let mut rows: Vec<_> = read
            .iter()
            .zip(&mut outcomes)
            .filter_map(|(row, outcome)| row.as_ref().ok().map(|row| (row, outcome)))
            .collect();
        // wide areas first: a parent is decided on before what lies within it; what is withdrawn goes
        // last and the other way round
        rows.sort_by_key(|(row, _)| (row.withdrawn, order(row)));
        for (row, outcome) in rows {
            *outcome = planner.decide(row).unwrap_or_else(Outcome::Refused);
        }
        Ok(Self {
            created: planner.created,
            steps: planner.steps,
            outcomes,
            parents,
        })
    }
}

struct Planner<'a> {
    app: &'a App,
    origin: &'a Origin<'a>,
    when: Effective,
    /// In a dry run parents of earlier requests have not been stored.
    lenient: bool,
    /// Nodes that are there, and those that will be.
    known: HashMap<OrgCode, Organisation>,
    /// Stored nodes directly below those that are withdrawn: parent and child.
    children: Vec<(OrgCode, OrgCode)>,
    in_request: HashSet<OrgCode>,
    /// Rows decided on, by code.
    seen: HashMap<OrgCode, Division>,
    created: Vec<Organisation>,
    steps: Vec<Step>,
}

impl Planner<'_> {
    fn decide(&mut self, row: &Division) -> Result<Outcome, Refusal> {
        if let Some(before) = self.seen.get(&row.code) {
            let same = before == row && self.known.contains_key(&row.code);
            return if same {
                Ok(Outcome::Unchanged)
            } else {
                Err(Refusal::Repeated)
            };
        }
        self.seen.insert(row.code.clone(), row.clone());
        if row.withdrawn {
            return self.withdraw(row);
        }
        let parent = row.parent.as_ref().and_then(|code| self.known.get(code));
        let parent = parent.cloned();
        let expected = row.parent.as_ref();
        if parent.is_none() && expected.is_some_and(|code| self.in_request.contains(code)) {
            return Err(Refusal::ParentRefused);
        }
        let Some(known) = self.known.get(&row.code).cloned() else {
            let path = place(row.kind, &row.code, parent.as_ref()).map_err(Refusal::Misplaced)?;
            return self.create(row, path);
        };
        if known.is_closed() {
            let path = place(row.kind, &row.code, parent.as_ref()).map_err(Refusal::Misplaced)?;
            return self.restore(row, &known, path);
        }
        self.alter(row, &known, parent.as_ref())
    }

    fn create(&mut self, row: &Division, path: OrgPath) -> Result<Outcome, Refusal> {
        let assumed = self.assumed_place(row);
        if !self.origin.may_edit(assumed.as_ref().unwrap_or(&path)) {
            return Err(Refusal::OutOfScope);
        }
        let (id, name) = (self.app.ids.next(), row.name.clone());
        let organisation =
            Organisation::establish(id, row.kind, name, row.code.clone(), path, self.when);
        self.known.insert(row.code.clone(), organisation.clone());
        self.created.push(organisation);
        Ok(Outcome::Created)
    }

    fn restore(
        &mut self,
        row: &Division,
        known: &Organisation,
        path: OrgPath,
    ) -> Result<Outcome, Refusal> {
        if !(self.origin.may_edit(&known.path) && self.origin.may_edit(&path)) {
            return Err(Refusal::OutOfScope);
        }
        let mut after = known.clone();
        let change = after.reopen(row.kind, row.name.clone(), path, self.when);
        Ok(self.step(Outcome::Restored, known, after, change.map_err(refusal)?))
    }

    /// A node that is there gets the name and the place of the row.
    fn alter(
        &mut self,
        row: &Division,
        known: &Organisation,
        parent: Option<&Organisation>,
    ) -> Result<Outcome, Refusal> {
        if row.kind != known.kind {
            return Err(Refusal::Misplaced(Misplaced::CodeOfOtherLevel(row.kind)));
        }
        // a file of one district names its city, which may not be known: the node stays where it is
        if row.parent.is_none() && known.parent_code.is_some() {
            return Err(Refusal::Elsewhere);
        }
        if !self.origin.may_edit(&known.path) {
            return Err(Refusal::OutOfScope);
        }
        let mut after = known.clone();
        let moved = match parent {
            None => None,
            Some(parent) => after.move_under(parent, self.when).map_err(refusal)?,
        };
        if moved.is_some() && !self.origin.may_edit(&after.path) {
            return Err(Refusal::OutOfScope);
        }
        let renamed = after.rename(row.name.clone(), self.when).map_err(refusal)?;
        match (moved, renamed) {
            // both on one day: what was before both is one past state
            (Some(change), _) => Ok(self.step(Outcome::Moved, known, after, change)),
            (None, Some(change)) => Ok(self.step(Outcome::Renamed, known, after, change)),
            (None, None) => Ok(Outcome::Unchanged),
        }
    }

    fn withdraw(&mut self, row: &Division) -> Result<Outcome, Refusal> {
        let known = self.known.get(&row.code).cloned();
        let known = known.ok_or(Refusal::NeverThere)?;
        if !self.origin.may_edit(&known.path) {
            return Err(Refusal::OutOfScope);
        }
        let mut after = known.clone();
        let Some(change) = after.close(self.when).map_err(refusal)? else {
            return Ok(Outcome::Unchanged);
        };
        let below =
            |node: &Organisation| node.parent_code.as_ref() == Some(&row.code) && !node.is_closed();
        let stored = self
            .children
            .iter()
            .filter(|(parent, _)| *parent == row.code);
        let goes_on = |(_, child): &(OrgCode, OrgCode)| self.known.get(child).is_none_or(below);
        if self.known.values().any(below) || stored.into_iter().any(goes_on) {
            return Err(Refusal::NotEmpty);
        }
        Ok(self.step(Outcome::Withdrawn, &known, after, change))
    }

    fn step(
        &mut self,
        outcome: Outcome,
        before: &Organisation,
        after: Organisation,
        change: Change,
    ) -> Outcome {
        if outcome == Outcome::Moved {
            for node in self.known.values_mut() {
                if let Some(path) = node.path.rebased(&before.path, &after.path) {
                    node.path = path;
                }
            }
        }
        self.known.insert(after.code.clone(), after.clone());
        self.steps.push(Step {
            outcome,
            before: before.clone(),
            after,
            change,
        });
        outcome
    }

    /// In a dry run: where a row would probably come, had the requests before it been real ones.
    fn assumed_place(&self, row: &Division) -> Option<OrgPath> {
        if !self.lenient {
            return None;
        }
        let above = wider_areas(&row.code);
        let nearest = above.iter().rev().find_map(|code| self.known.get(code))?;
        nearest.path.child(&row.code).ok()
    }
}

fn refusal(why: Refused) -> Refusal {
    match why {
        Refused::Misplaced(why) => Refusal::Misplaced(why),
        Refused::Untimely(_) => Refusal::ChangedLater,
        Refused::Closed => Refusal::NeverThere,
    }
}

/// Lists every code that deciding on these rows needs, each once.
fn mentioned(read: &[Result<Division, Refusal>]) -> Vec<OrgCode> {
    let mut codes = HashSet::new();
    for row in read.iter().flatten() {
        codes.insert(row.code.clone());
        codes.extend(row.parent.clone());
        codes.extend(wider_areas(&row.code));
    }
    codes.into_iter().collect()
}

/// Sorts wide areas before narrow ones, and the other way round what is withdrawn.
fn order(row: &Division) -> i8 {
    let level = row
        .code
        .as_str()
        .parse()
        .map(|code: DivisionCode| code.level());
    let depth = match level {
        Ok(DivisionLevel::Province) | Err(_) => 0,
        Ok(DivisionLevel::City) => 1,
        Ok(DivisionLevel::District) => 2,
        Ok(DivisionLevel::Street) => 3,
        Ok(DivisionLevel::Community) => 4,
    };
    if row.withdrawn { -depth } else { depth }
}

/// Lists the codes of the city, district and street in which an area lies.
fn wider_areas(code: &OrgCode) -> Vec<OrgCode> {
    let text = code.as_str();
    let cut = [4, 6, 9]
        .into_iter()
        .filter_map(|digits| text.get(..digits));
    cut.filter_map(|digits| format!("{digits:0<12}").parse().ok())
        .filter(|wider| wider != code)
        .collect()
}
