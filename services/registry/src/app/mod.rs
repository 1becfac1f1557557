//! Use-cases: permission, transaction, events.

mod change_error;
mod close_organisation;
mod division_plan;
mod establish_organisation;
mod grid_map;
mod grid_plan;
mod grids;
mod import_divisions;
mod import_grids;
mod list_organisations;
mod locate;
mod move_organisation;
mod origin;
mod posts;
mod rename_organisation;
mod reorganise_divisions;
mod report_ins;
mod set_superior;
mod show_history;
mod show_organisation;
mod venues;

use std::sync::Arc;

use chassis::{Deps, StartError};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{Clock, IdSource, Timestamp};
use store::Database;

pub(crate) use change_error::ChangeError;
pub(crate) use close_organisation::{CloseOrganisation, close_organisation};
pub(crate) use establish_organisation::{
    EstablishError, EstablishOrganisation, establish_organisation,
};
pub(crate) use grid_plan::{GridOutcome, Verdict};
pub(crate) use grids::{
    UpdateGrid, Whole, list_grids_of_community, list_party_gaps, show_grid, update_grid,
};
pub(crate) use import_divisions::{ImportDivisions, ImportError, MOST_ROWS, import_divisions};
pub(crate) use import_grids::{GridReport, ImportGrids, MOST_FEATURES, import_grids};
pub(crate) use list_organisations::{ListOrganisations, list_organisations};
pub(crate) use locate::locate;
pub(crate) use move_organisation::{MoveOrganisation, move_organisation};
pub(crate) use origin::Origin;
pub(crate) use posts::{
    FillPost, PostStep, StepPost, fill_post, list_posts, list_vacancies, step_post,
};
pub(crate) use rename_organisation::{RenameOrganisation, rename_organisation};
pub(crate) use reorganise_divisions::{
    MOST_PARTS, MergeDivisions, Part, Reorganised, SplitDivision, merge_divisions, split_division,
};
pub(crate) use report_ins::{
    OpenReportIn, StepReportIn, list_report_ins, open_report_in, step_report_in,
};
pub(crate) use set_superior::{SetSuperior, set_superior};
pub(crate) use show_history::{list_history, list_successions, show_as_of};
pub(crate) use show_organisation::{show_ancestors, show_organisation};
pub(crate) use venues::{
    BookVenue, OpenVenue, Taken, book_venue, cancel_booking, list_bookings, list_venues,
    open_venue, show_venue,
};

pub(crate) use crate::store::{Holders as PostHolders, ReportedBy};

use self::grid_map::GridMap;
use crate::config::RegistryConfig;
use crate::domain::grid::GridSizing;
use crate::domain::history::{Effective, Untimely};

/// What the use-cases work with.
pub(crate) struct App {
    pub(crate) db: Database,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Zone whose calendar says which day it is.
    zone: TimeZone,
    /// How large grids should be.
    pub(crate) sizing: GridSizing,
    /// Where the grids are.
    pub(crate) map: GridMap,
}

impl App {
    pub(crate) fn new(deps: Deps) -> Result<Self, StartError> {
        let config: RegistryConfig = deps.section("registry")?;
        Ok(Self {
            zone: config.validate()?,
            sizing: config.grid_sizing,
            map: GridMap::default(),
            db: deps.db,
            ids: deps.ids,
            clock: deps.clock,
        })
    }

    /// Settles from which day a change counts: today where the caller names no day.
    pub(crate) fn effective(
        &self,
        on: Option<Date>,
        now: Timestamp,
    ) -> Result<Effective, Untimely> {
        Effective::new(on, now, &self.zone)
    }
}
