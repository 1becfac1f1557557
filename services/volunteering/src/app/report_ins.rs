use auth::Ctx;
use kernel::{CursorError, OrgCode};
use problem::{Category, Fact};
use store::StoreError;

use super::App;
use super::page::{PageWanted, Paged};
use crate::domain::report_in::{Party, ReportIn};
use crate::store::{list_reported_by, list_reported_units as list_units};

/// Name of the list in its cursors.
const UNITS: &str = "reported-units";
/// Most communities that one member is shown; there are two as a rule, that of the home and that of the unit.
const MOST: u64 = 50;

/// Why report-ins are not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportInsError {
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ReportInsError {
    fn fact(&self) -> Fact {
        match self {
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists where the caller reported in as a member of the party.
pub(crate) async fn list_my_report_ins(
    app: &App,
    ctx: &Ctx,
) -> Result<Vec<ReportIn>, ReportInsError> {
    Ok(list_reported_by(app.db.reader(), ctx.principal.account, MOST).await?)
}

/// Lists the units that reported in at a community: whom duties by turns may name.
pub(crate) async fn list_reported_units(
    app: &App,
    community: &OrgCode,
    wanted: &PageWanted,
) -> Result<Paged<ReportIn>, ReportInsError> {
    let after: Option<OrgCode> = wanted.after(UNITS)?;
    let found = list_units(app.db.reader(), community, after, wanted.rows()).await?;
    Ok(wanted.cut(UNITS, found, |report| match &report.party {
        Party::Unit(unit) => Some(unit.clone()),
        Party::Member(_) => None,
    }))
}
