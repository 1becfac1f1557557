//! Use-cases: permission, transaction, events.

mod agreement_error;
mod agreements;
mod alliances;
mod call_meeting;
mod change_agreement;
mod change_error;
mod change_list_claim;
mod change_list_entry;
mod change_meeting;
mod close_organisation;
mod division_plan;
mod draft_agreement;
mod dwelling_error;
mod dwellings;
mod establish_organisation;
mod grid_map;
mod grid_plan;
mod grids;
mod import_divisions;
mod import_grids;
mod list_entries;
mod list_error;
mod list_organisations;
mod locate;
mod meeting_error;
mod meetings;
mod move_organisation;
mod open_list_claim;
mod open_list_entry;
mod origin;
mod page;
mod pass_resolution;
mod posts;
mod read_notes;
mod rename_organisation;
mod reorganise_divisions;
mod replay_page;
mod report_ins;
mod report_party;
mod report_posts;
mod set_dwellings;
mod set_superior;
mod sheets;
mod show_history;
mod show_organisation;
mod venues;

use std::sync::Arc;

use chassis::{Deps, StartError};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{Clock, IdSource, ImportId, Timestamp};
use store::Database;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

pub(crate) use agreements::{list_agreements, list_due, show_agreement, show_fulfilment};
pub(crate) use alliances::{
    ChangeAlliance, FoundAlliance, change_alliance, found_alliance, list_alliances, show_alliance,
};
pub(crate) use call_meeting::{CallMeeting, call_meeting};
pub(crate) use change_agreement::{ChangeAgreement, Deed, change_agreement, expire_agreements};
pub(crate) use change_error::ChangeError;
pub(crate) use change_list_claim::{ChangeListClaim, change_list_claim};
pub(crate) use change_list_entry::{ChangeListEntry, change_list_entry, expire_list_entries};
pub(crate) use change_meeting::{ChangeMeeting, MeetingDeed, change_meeting};
pub(crate) use close_organisation::{CloseOrganisation, close_organisation};
pub(crate) use draft_agreement::{DraftAgreement, draft_agreement};
pub(crate) use dwelling_error::DwellingError;
pub(crate) use dwellings::{count_dwellings, list_buildings, list_households};
pub(crate) use establish_organisation::{
    EstablishError, EstablishOrganisation, establish_organisation,
};
pub(crate) use grid_plan::{GridOutcome, Verdict};
pub(crate) use grids::{
    UpdateGrid, Whole, list_grids_of_community, list_party_gaps, show_grid, update_grid,
};
pub(crate) use import_divisions::{ImportDivisions, ImportError, MOST_ROWS, import_divisions};
pub(crate) use import_grids::{GridReport, ImportGrids, MOST_FEATURES, import_grids};
pub(crate) use list_entries::{list_claims, list_entries, show_list_entry, suggest_matches};
pub(crate) use list_error::ListError;
pub(crate) use list_organisations::{ListOrganisations, list_organisations};
pub(crate) use locate::locate;
pub(crate) use meetings::{list_meetings, show_meeting};
pub(crate) use move_organisation::{MoveOrganisation, move_organisation};
pub(crate) use open_list_claim::{OpenListClaim, open_list_claim};
pub(crate) use open_list_entry::{OpenListEntry, open_list_entry};
pub(crate) use origin::Origin;
pub(crate) use pass_resolution::{PassResolution, pass_resolution};
pub(crate) use posts::{
    FillPost, PostStep, StepPost, fill_post, list_posts, list_vacancies, step_post,
};
pub(crate) use read_notes::list_read_notes;
pub(crate) use rename_organisation::{RenameOrganisation, rename_organisation};
pub(crate) use reorganise_divisions::{
    MOST_PARTS, MergeDivisions, Part, Reorganised, SplitDivision, merge_divisions, split_division,
};
pub(crate) use replay_page::{replay_page, replay_report_ins};
pub(crate) use report_ins::{
    OpenReportIn, StepReportIn, list_report_ins, open_report_in, step_report_in,
};
pub(crate) use report_party::show_party_figures;
pub(crate) use report_posts::{Contact, Coverage, list_contacts, show_coverage};
pub(crate) use set_dwellings::{SetBuildings, SetHouseholds, Shape, set_buildings, set_households};
pub(crate) use set_superior::{SetSuperior, set_superior};
pub(crate) use sheets::{
    Export, ImportSheet, Report, SheetError, check_sheet, export_workbook, forget_imports,
    import_sheet, list_import_rows, list_imports, open_export, resume_imports, show_import,
    undo_import,
};
pub(crate) use show_history::{list_history, list_successions, show_as_of};
pub(crate) use show_organisation::{show_ancestors, show_organisation};
pub(crate) use venues::{
    BookVenue, OpenVenue, Taken, book_venue, cancel_booking, list_bookings, list_venue_bookings,
    list_venues, open_venue, show_venue,
};

pub(crate) use crate::store::{Entries, Holders as PostHolders, ReportedBy};

use self::grid_map::GridMap;
use self::sheets::work_on_import;
use crate::config::RegistryConfig;
use crate::domain::grid::GridSizing;
use crate::domain::history::{Effective, Untimely};
use crate::domain::span::ContactSpan;

/// What the use-cases work with.
pub(crate) struct App {
    pub(crate) db: Database,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Zone whose calendar says which day it is.
    zone: TimeZone,
    /// How large grids should be.
    pub(crate) sizing: GridSizing,
    /// How much a contact should look after.
    span: ContactSpan,
    /// Where the grids are.
    pub(crate) map: GridMap,
    /// Held by whoever works on an import: one at a time.
    importing: Mutex<()>,
    /// Cancelled when the process stops.
    stop: CancellationToken,
}

impl App {
    pub(crate) fn new(deps: Deps) -> Result<Self, StartError> {
        let config: RegistryConfig = deps.section("registry")?;
        Ok(Self {
            zone: config.validate()?,
            sizing: config.grid_sizing,
            span: config.contact_span,
            map: GridMap::default(),
            importing: Mutex::default(),
            stop: deps.stop,
            db: deps.db,
            ids: deps.ids,
            clock: deps.clock,
        })
    }

    /// Works on an import from now on, beside the requests.
    fn begin_work(self: &Arc<Self>, import: ImportId) {
        tokio::spawn(work_on_import(Arc::clone(self), import));
    }

    /// Which day it is.
    pub(crate) fn today(&self, now: Timestamp) -> Date {
        now.date_in(&self.zone)
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
