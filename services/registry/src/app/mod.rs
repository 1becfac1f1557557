//! Use-cases: permission, transaction, events.

mod establish_organisation;
mod import_divisions;
mod list_organisations;
mod origin;
mod rename_organisation;
mod show_organisation;

use std::sync::Arc;

use chassis::Deps;
use kernel::{Clock, IdSource};
use store::Database;

pub(crate) use establish_organisation::{
    EstablishError, EstablishOrganisation, establish_organisation,
};
pub(crate) use import_divisions::{ImportDivisions, ImportError, MOST_ROWS, import_divisions};
pub(crate) use list_organisations::{ListOrganisations, list_organisations};
pub(crate) use origin::Origin;
pub(crate) use rename_organisation::{RenameOrganisation, rename_organisation};
pub(crate) use show_organisation::{show_ancestors, show_organisation};

/// What the use-cases work with.
pub(crate) struct App {
    pub(crate) db: Database,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl App {
    pub(crate) fn new(deps: Deps) -> Self {
        Self {
            db: deps.db,
            ids: deps.ids,
            clock: deps.clock,
        }
    }
}
