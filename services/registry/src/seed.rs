//! First content of a tree: bundled divisions, the demo's organisations. Running it again changes nothing.

use chassis::Deps;
use contracts::registry::OrgKind;
use kernel::{Crs, Line, OrgCode, OrgPath};
use problem::{Category, Message};
use serde::Deserialize;
use serde_json::Value;

use crate::app::{
    self, App, EstablishError, EstablishOrganisation, ImportDivisions, ImportError, ImportGrids,
    MOST_FEATURES, MOST_ROWS, Origin, Verdict, establish_organisation, import_divisions,
};
use crate::domain::division::{Outcome, RawDivision};

/// Divisions of 汉阳区 (420105); their source is named in `data/README.md`.
pub const HANYANG: &str = include_str!("../data/divisions-420105.csv");

/// Why seeding stopped.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The file is no such table.
    #[error("divisions do not read as code,name,level,parent_code")]
    File(#[from] csv::Error),
    /// A row was refused.
    #[error("row {row}: {why}")]
    Refused {
        /// The row, the first one below the header being 1.
        row: usize,
        /// Why.
        why: String,
    },
    /// The organisation cannot be set up.
    #[error("organisation {code}: {why}")]
    Organisation {
        /// Its code.
        code: OrgCode,
        /// Why.
        why: String,
    },
    /// The service's settings are wrong.
    #[error("settings")]
    Settings(#[from] chassis::StartError),
    /// The store refused.
    #[error("store")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What seeding divisions did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seeded {
    /// New nodes.
    pub created: usize,
    /// Nodes that were there just so.
    pub unchanged: usize,
    /// Nodes that got another name or place.
    pub renamed: usize,
}

/// A node to set up.
#[derive(Debug, Clone)]
pub struct NewOrganisation {
    /// Its code.
    pub code: OrgCode,
    /// Its public name.
    pub name: Line<1, 100>,
    /// Its kind.
    pub kind: OrgKind,
    /// Code of the node above, none for a root.
    pub parent_code: Option<OrgCode>,
}

#[derive(Deserialize)]
struct CsvRow {
    code: String,
    name: String,
    level: String,
    parent_code: String,
}

/// Takes over divisions from a table with the columns `code,name,level,parent_code`.
///
/// # Errors
/// The table does not read, a row is refused, or the store refuses.
pub async fn seed_divisions(deps: &Deps, csv: &str) -> Result<Seeded, SeedError> {
    let app = App::new(deps.clone())?;
    let mut rows = Vec::new();
    for row in csv::Reader::from_reader(csv.as_bytes()).deserialize() {
        let CsvRow {
            code,
            name,
            level,
            parent_code,
        } = row?;
        rows.push(RawDivision {
            code,
            name,
            level,
            parent_code,
            withdrawn: false,
        });
    }
    let mut seeded = Seeded::default();
    let mut before = 0;
    for chunk in rows.chunks(MOST_ROWS) {
        let command = ImportDivisions {
            dry_run: false,
            effective_on: None,
            rows: chunk.to_vec(),
        };
        let origin = Origin::system(app.clock.now());
        let outcomes = import_divisions(&app, &origin, None, &command)
            .await
            .map_err(stored)?;
        for (index, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Outcome::Created => seeded.created += 1,
                Outcome::Unchanged => seeded.unchanged += 1,
                Outcome::Renamed | Outcome::Moved | Outcome::Withdrawn | Outcome::Restored => {
                    seeded.renamed += 1;
                }
                Outcome::Refused(why) => {
                    let row = before + index + 1;
                    return Err(SeedError::Refused {
                        row,
                        why: both(&why.message()),
                    });
                }
            }
        }
        before += chunk.len();
    }
    Ok(seeded)
}

/// Sets up a node and returns its path; one that is there keeps the name it has by now.
///
/// # Errors
/// It cannot be there, another kind of node has the code, or the store refuses.
pub async fn seed_organisation(deps: &Deps, new: NewOrganisation) -> Result<OrgPath, SeedError> {
    let app = App::new(deps.clone())?;
    let origin = Origin::system(app.clock.now());
    let command = EstablishOrganisation {
        code: new.code,
        name: new.name,
        kind: new.kind,
        parent_code: new.parent_code,
        uscc: None,
        effective_on: None,
    };
    match establish_organisation(&app, &origin, None, &command).await {
        Ok(established) => Ok(established.organisation.path),
        Err(EstablishError::CodeTaken(known))
            if known.kind == command.kind && known.parent_code == command.parent_code =>
        {
            Ok(known.path)
        }
        Err(EstablishError::Store(error)) => Err(SeedError::Store(error.into())),
        Err(error) => Err(SeedError::Organisation {
            code: command.code,
            why: both(&error.fact().detail),
        }),
    }
}

fn stored(error: ImportError) -> SeedError {
    SeedError::Store(error.into())
}

fn both(message: &Message) -> String {
    format!("{} ({})", message.zh, message.en)
}

/// Takes over grids from GeoJSON features written in WGS-84; returns how many are new or changed.
///
/// # Errors
/// A feature is refused, or the store refuses.
pub async fn import_grids(deps: &Deps, features: Vec<Value>) -> Result<usize, SeedError> {
    let app = App::new(deps.clone())?;
    let mut stored = 0;
    for (number, chunk) in features.chunks(MOST_FEATURES).enumerate() {
        let command = ImportGrids {
            dry_run: false,
            crs: Crs::Wgs84,
            features: chunk.to_vec(),
        };
        let origin = Origin::system(app.clock.now());
        let done = app::import_grids(&app, &origin, None, command).await;
        let report = done.map_err(|error| SeedError::Store(error.into()))?;
        for (index, outcome) in report.outcomes.into_iter().enumerate() {
            match outcome.verdict {
                Verdict::Created | Verdict::Changed => stored += 1,
                Verdict::Unchanged => {}
                Verdict::Refused(why) => {
                    return Err(SeedError::Refused {
                        row: number * MOST_FEATURES + index + 1,
                        why: both(&why.message()),
                    });
                }
            }
        }
    }
    Ok(stored)
}
