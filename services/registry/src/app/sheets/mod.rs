//! Sheets in and out: files are read, rows planned, applied in chunks, taken back, and exported.
//!
//! A dry run and an import make the same plan from the same rows; only an import writes it.

mod ahead;
mod error;
mod export_sheet;
mod forget_imports;
mod grids;
mod import_sheet;
mod organisations;
mod posts;
mod show_import;
mod undo_import;
mod venues;
mod work_on_import;

use std::collections::HashSet;

use kernel::OrgCode;
use problem::Message;
use store::{StoreError, Tx};

use super::posts::STAFFING;
use super::{App, Origin};
use crate::domain::history::Effective;
use crate::domain::import::{Answer, ImportRow, Outcome};
use crate::domain::sheet::{CellError, Resource};
use crate::store::{load_organisations, next_revision};

pub(crate) use error::SheetError;
pub(crate) use export_sheet::{Export, export_workbook, open_export};
pub(crate) use forget_imports::forget_imports;
pub(crate) use import_sheet::{ImportSheet, Report, check_sheet, import_sheet};
pub(crate) use show_import::{list_import_rows, list_imports, show_import};
pub(crate) use undo_import::undo_import;
pub(crate) use work_on_import::{resume_imports, work_on_import};

use ahead::Ahead;

/// Rows of one transaction.
const CHUNK: u64 = 200;

const CHANGED_SINCE: Message = Message::fixed("此后已被修改", "it was changed since");
const OUT_OF_SCOPE: Message = Message::fixed(
    "不在您的管理范围内",
    "it is outside the part of the tree that you run",
);

/// Says what rows would do, given what earlier ones would have done.
async fn look(
    app: &App,
    origin: &Origin<'_>,
    resource: Resource,
    rows: &[&[String]],
    when: Effective,
    ahead: &mut Ahead,
) -> Result<Vec<Answer>, StoreError> {
    let db = app.db.reader();
    Ok(match resource {
        Resource::Organisations => {
            organisations::Plan::make(app, origin, rows, when, ahead, db)
                .await?
                .answers
        }
        Resource::Grids => grids::Plan::make(origin, rows, db).await?.answers,
        Resource::Posts => {
            posts::Plan::make(app, origin, rows, when, ahead, db)
                .await?
                .answers
        }
        Resource::Venues => venues::Plan::make(app, origin, rows, db).await?.answers,
    })
}

/// Does what rows say.
async fn apply(
    app: &App,
    origin: &Origin<'_>,
    resource: Resource,
    rows: &[&[String]],
    when: Effective,
    tx: &Tx,
) -> Result<Vec<Answer>, StoreError> {
    let mut ahead = Ahead::default();
    match resource {
        Resource::Organisations => {
            let plan = organisations::Plan::make(app, origin, rows, when, &mut ahead, tx).await?;
            plan.write(app, origin, tx).await
        }
        Resource::Grids => {
            // whoever changes the map waits here, so that what is read below stays so
            let revision = next_revision(tx).await?;
            let plan = grids::Plan::make(origin, rows, tx).await?;
            plan.write(tx, revision).await
        }
        Resource::Posts => {
            let plan = posts::Plan::make(app, origin, rows, when, &mut ahead, tx).await?;
            plan.write(tx).await
        }
        Resource::Venues => {
            let plan = venues::Plan::make(app, origin, rows, tx).await?;
            plan.write(tx).await
        }
    }
}

/// Takes rows back, the last one first.
async fn take_back(
    app: &App,
    origin: &Origin<'_>,
    resource: Resource,
    rows: &[ImportRow],
    when: Effective,
    tx: &Tx,
) -> Result<Vec<Answer>, StoreError> {
    match resource {
        Resource::Organisations => organisations::take_back(app, origin, rows, when, tx).await,
        Resource::Grids => grids::take_back(app, origin, rows, tx).await,
        Resource::Posts => posts::take_back(origin, rows, tx).await,
        Resource::Venues => venues::take_back(origin, rows, tx).await,
    }
}

/// Says of each row whether its place is the caller's to staff by now: whoever takes rows back may be somebody else
/// than who sent them, or have lost the place since.
async fn staffed_by(
    origin: &Origin<'_>,
    places: Vec<Option<OrgCode>>,
    tx: &Tx,
) -> Result<Vec<bool>, StoreError> {
    let codes: HashSet<OrgCode> = places.iter().flatten().cloned().collect();
    let codes: Vec<OrgCode> = codes.into_iter().collect();
    let mut own = load_organisations(tx, &codes).await?;
    own.retain(|node| origin.holds_any(&STAFFING, &node.path));
    let is_own = |place: Option<OrgCode>| {
        place.is_some_and(|place| own.iter().any(|node| node.code == place))
    };
    Ok(places.into_iter().map(is_own).collect())
}

fn undone(row: &ImportRow) -> Answer {
    Answer {
        outcome: Outcome::Undone,
        ..row.answer.clone()
    }
}

fn kept(row: &ImportRow, why: &Message) -> Answer {
    Answer {
        outcome: Outcome::Kept,
        errors: vec![CellError::of_row(why)],
        ..row.answer.clone()
    }
}

fn out_of_scope(column: &str) -> CellError {
    CellError::at(column, &OUT_OF_SCOPE)
}

fn no_place(column: &str) -> CellError {
    let why = Message::fixed(
        "没有这个组织，或已撤销",
        "there is no such organisation, or it is closed",
    );
    CellError::at(column, &why)
}
