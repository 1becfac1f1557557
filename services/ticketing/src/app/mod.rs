//! Use-cases, one verb per file: each owns its transaction.

pub(crate) mod access;
pub(crate) mod act_on_order;
pub(crate) mod act_on_orders;
pub(crate) mod advance;
pub(crate) mod assist_order;
pub(crate) mod attach_photo;
pub(crate) mod bulletin_sums;
pub(crate) mod calendars;
pub(crate) mod callback_error;
pub(crate) mod callback_links;
pub(crate) mod catalogues;
pub(crate) mod cause;
pub(crate) mod check_intake;
pub(crate) mod chosen_category;
pub(crate) mod correct_calendar;
pub(crate) mod correct_catalogue;
pub(crate) mod count_standing;
pub(crate) mod derive_figures;
pub(crate) mod drive_task;
pub(crate) mod exports;
mod figures_by_child;
pub(crate) mod find_similar;
pub(crate) mod fold_figures;
pub(crate) mod follow_order;
mod given_category;
pub(crate) mod guesses;
pub(crate) mod households;
pub(crate) mod import_orders;
pub(crate) mod import_plan;
pub(crate) mod import_rows;
pub(crate) mod import_view;
pub(crate) mod index_orders;
pub(crate) mod issue_bulletins;
pub(crate) mod issue_error;
pub(crate) mod kept;
pub(crate) mod list_bulletins;
pub(crate) mod list_categories;
pub(crate) mod list_figure_orders;
pub(crate) mod list_flags;
pub(crate) mod list_hotspots;
pub(crate) mod list_orders;
pub(crate) mod list_parts;
pub(crate) mod list_precedents;
pub(crate) mod list_publications;
pub(crate) mod list_requests;
pub(crate) mod locate_orders;
pub(crate) mod lookup;
pub(crate) mod merge_error;
pub(crate) mod merge_orders;
pub(crate) mod migrate_orders;
pub(crate) mod open_at;
pub(crate) mod open_for_resolution;
pub(crate) mod open_order;
pub(crate) mod open_request;
pub(crate) mod override_workflow;
pub(crate) mod part_view;
pub(crate) mod place;
pub(crate) mod quotas;
pub(crate) mod rebuild_figures;
pub(crate) mod record;
pub(crate) mod recount_orders;
pub(crate) mod rehearse_workflow;
pub(crate) mod relocate_orders;
pub(crate) mod request_error;
pub(crate) mod request_view;
pub(crate) mod routing;
mod rules;
pub(crate) mod saved_views;
pub(crate) mod search_orders;
pub(crate) mod set_quotas;
pub(crate) mod show_attachment;
pub(crate) mod show_calendar;
pub(crate) mod show_catalogue;
pub(crate) mod show_draw;
pub(crate) mod show_family;
pub(crate) mod show_intake;
pub(crate) mod show_order;
pub(crate) mod show_project_board;
pub(crate) mod show_quotas;
pub(crate) mod show_statistics;
pub(crate) mod show_timeline;
pub(crate) mod show_workflows;
pub(crate) mod simulate_dispatch;
pub(crate) mod split_order;
pub(crate) mod sweep_overdue;
pub(crate) mod sweep_suspensions;
mod sweep_turn;
pub(crate) mod take_request_step;
pub(crate) mod tell_followers;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod verify_bulletins;
pub(crate) mod view;
pub(crate) mod withdraw_publication;
pub(crate) mod work_on_exports;
pub(crate) mod wrong_answers;

use std::sync::Arc;

use ::store::Database;
use ::store::blobs::Blobs;
use chassis::{Deps, StartError};
use jiff::tz::TimeZone;
use kernel::{Clock, IdSource};

use self::calendars::Calendars;
use self::catalogues::Catalogues;
use self::guesses::Guesses;
use self::quotas::Quotas;
use crate::config::TicketingConfig;
use crate::domain::category::{CategoryTable, CodeSet};
use crate::domain::flags::Thresholds;
use crate::domain::intake::IntakeTable;
use crate::domain::statistics::FigureRules;
use crate::domain::workflow::Catalogue;

/// What the use-cases work with.
pub struct App {
    /// The service's own database.
    pub db: Database,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    /// Workflow definitions, resolved once at start.
    pub workflows: Catalogue,
    /// Categories of matters and their keywords.
    pub categories: CategoryTable,
    /// Code sets of other systems.
    pub code_sets: Vec<CodeSet>,
    /// Which unit a category goes to.
    pub catalogues: Catalogues,
    /// Which steps make which figure.
    pub figures: FigureRules,
    /// From when on something looks like work for the figures.
    pub thresholds: Thresholds,
    /// What is said and asked before a matter is opened.
    pub intake: IntakeTable,
    /// Working time.
    pub calendars: Calendars,
    /// What districts may take in.
    pub quotas: Quotas,
    /// Unknown tokens of late.
    pub guesses: Guesses,
    /// Attachments' bytes.
    pub blobs: Blobs,
    /// Zone whose calendar dates the order numbers.
    pub zone: TimeZone,
    /// The service's settings.
    pub config: TicketingConfig,
}

impl App {
    /// Reads the configuration and the workflow definitions.
    ///
    /// # Errors
    /// A setting is wrong, or a definition is refused.
    pub fn new(deps: Deps) -> Result<Self, StartError> {
        let config: TicketingConfig = deps.section("ticketing")?;
        let zone = config.validate()?;
        let refuse = |error: &dyn std::fmt::Display| StartError::Other(error.to_string());
        let categories = rules::categories(&config)?;
        let code_sets = rules::code_sets(&config, &categories)?;
        let workflows = rules::workflows(&config)?;
        let figures = rules::figures(&config, &workflows)?;
        let intake = rules::intake(&config, &categories)?;
        let catalogues = Catalogues::bundled(&categories).map_err(|error| refuse(&error))?;
        Ok(Self {
            db: deps.db,
            clock: deps.clock,
            ids: deps.ids,
            workflows,
            figures,
            thresholds: rules::flags(&config)?,
            categories,
            code_sets,
            catalogues,
            intake,
            calendars: Calendars::bundled().map_err(|error| refuse(&error))?,
            quotas: Quotas::default(),
            guesses: Guesses::default(),
            blobs: Blobs::new(deps.data_dir.join("blobs")),
            zone,
            config,
        })
    }
}
