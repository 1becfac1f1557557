use std::collections::{HashMap, HashSet};

use kernel::{DivisionCode, DivisionLevel, IdSourceExt, OrgCode, OrgPath};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, idempotency};

use super::{App, Origin};
use crate::domain::division::{Division, Outcome, RawDivision, Refusal};
use crate::domain::organisation::Organisation;
use crate::domain::placement::place;
use crate::events;
use crate::store::{insert_organisations, load_organisations, save_name};

/// Most rows of one import.
pub(crate) const MOST_ROWS: usize = 500;

/// Takes over divisions.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ImportDivisions {
    pub(crate) dry_run: bool,
    pub(crate) rows: Vec<RawDivision>,
}

/// Why nothing is imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error("more than {MOST_ROWS} rows")]
    TooManyRows,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ImportError {
    fn fact(&self) -> Fact {
        match self {
            Self::TooManyRows => Fact::new(
                Kind::Invalid,
                "too-many-rows",
                format!("一次最多导入 {MOST_ROWS} 行"),
                format!("at most {MOST_ROWS} rows at once"),
            )
            .at("/rows"),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Takes over divisions in one transaction; says of each row what became of it.
pub(crate) async fn import_divisions(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &ImportDivisions,
) -> Result<Vec<Outcome>, ImportError> {
    if command.rows.len() > MOST_ROWS {
        return Err(ImportError::TooManyRows);
    }
    if command.dry_run {
        let plan = Plan::make(app, origin, command, app.db.reader()).await?;
        return Ok(plan.outcomes);
    }
    app.db
        .write("divisions.import", |tx| async move {
            idempotency::once(&tx, key, import(app, origin, command, &tx)).await
        })
        .await
}

async fn import(
    app: &App,
    origin: &Origin<'_>,
    command: &ImportDivisions,
    tx: &Tx,
) -> Result<Vec<Outcome>, ImportError> {
    let plan = Plan::make(app, origin, command, tx).await?;
    let created = u64::try_from(plan.created.len()).unwrap_or(u64::MAX);
    if insert_organisations(tx, &plan.created).await? != created {
        return Err(StoreError::Stale.into());
    }
    let mut told = Vec::with_capacity(plan.created.len() + plan.renamed.len());
    for organisation in &plan.created {
        told.push(events::established(origin, app.ids.as_ref(), organisation));
    }
    for (before, organisation) in &plan.renamed {
        save_name(tx, organisation, before.version).await?;
        told.push(events::renamed(origin, app.ids.as_ref(), organisation));
    }
    bus::emit(tx, told).await?;
    Ok(plan.outcomes)
}

/// What an import would do.
struct Plan {
    outcomes: Vec<Outcome>,
    created: Vec<Organisation>,
    /// Nodes before and after.
    renamed: Vec<(Organisation, Organisation)>,
}

impl Plan {
    async fn make(
        app: &App,
        origin: &Origin<'_>,
        command: &ImportDivisions,
        db: &impl ConnectionTrait,
    ) -> Result<Self, StoreError> {
        let read: Vec<_> = command.rows.iter().map(RawDivision::read).collect();
        let mut known = HashMap::new();
        for organisation in load_organisations(db, &mentioned(&read)).await? {
            known.insert(organisation.code.clone(), organisation);
        }
        let mut planner = Planner {
            app,
            origin,
            lenient: command.dry_run,
            known,
            in_request: read.iter().flatten().map(|row| row.code.clone()).collect(),
            seen: HashMap::new(),
            created: Vec::new(),
            renamed: Vec::new(),
        };
        let mut outcomes: Vec<_> = read
            .iter()
            .map(|row| {
                row.as_ref()
                    .map_or_else(|why| Outcome::Refused(*why), |_| Outcome::Unchanged)
            })
            .collect();
        let mut rows: Vec<_> = read.iter().zip(&mut outcomes).collect();
        // wide areas first: a parent is decided on before what lies within it
        rows.sort_by_key(|(row, _)| row.as_ref().ok().and_then(|row| level(&row.code)));
        for (row, outcome) in rows {
            if let Ok(row) = row {
                *outcome = planner.decide(row).unwrap_or_else(Outcome::Refused);
            }
        }
        Ok(Self {
            created: planner.created,
            renamed: planner.renamed,
            outcomes,
        })
    }
}

struct Planner<'a> {
    app: &'a App,
    origin: &'a Origin<'a>,
    /// In a dry run parents of earlier requests have not been stored.
    lenient: bool,
    /// Nodes that are there, and those that will be.
    known: HashMap<OrgCode, Organisation>,
    in_request: HashSet<OrgCode>,
    /// Rows decided on, by code.
    seen: HashMap<OrgCode, Division>,
    created: Vec<Organisation>,
    renamed: Vec<(Organisation, Organisation)>,
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
        let parent = row.parent.as_ref().and_then(|code| self.known.get(code));
        if parent.is_none()
            && row
                .parent
                .as_ref()
                .is_some_and(|code| self.in_request.contains(code))
        {
            return Err(Refusal::ParentRefused);
        }
        let path = place(row.kind, &row.code, parent).map_err(Refusal::Misplaced)?;
        let Some(known) = self.known.get(&row.code) else {
            return self.create(row, path);
        };
        // a file of one district names its city, which may not be known: the node stays where it is
        if known.path != path && (parent.is_some() || known.parent_code.is_some()) {
            return Err(Refusal::Elsewhere);
        }
        if !self.origin.may_edit(&known.path) {
            return Err(Refusal::OutOfScope);
        }
        let mut renamed = known.clone();
        if !renamed.rename(row.name.clone(), self.origin.now) {
            return Ok(Outcome::Unchanged);
        }
        self.renamed.push((known.clone(), renamed));
        Ok(Outcome::Renamed)
    }

    fn create(&mut self, row: &Division, path: OrgPath) -> Result<Outcome, Refusal> {
        let assumed = self.assumed_place(row);
        if !self.origin.may_edit(assumed.as_ref().unwrap_or(&path)) {
            return Err(Refusal::OutOfScope);
        }
        let organisation = Organisation::establish(
            self.app.ids.next(),
            row.kind,
            row.name.clone(),
            row.code.clone(),
            path,
            self.origin.now,
        );
        self.known.insert(row.code.clone(), organisation.clone());
        self.created.push(organisation);
        Ok(Outcome::Created)
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

fn level(code: &OrgCode) -> Option<DivisionLevel> {
    code.as_str()
        .parse()
        .ok()
        .map(|code: DivisionCode| code.level())
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
