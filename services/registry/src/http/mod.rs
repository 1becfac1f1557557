//! The HTTP interface.

mod agreement_bodies;
mod agreements;
mod alliances;
mod changes;
mod day;
mod divisions;
mod dwellings;
mod grid_imports;
mod grids;
mod history;
mod list_claims;
mod list_entries;
mod meeting_bodies;
mod meetings;
mod organisations;
mod party_figures;
mod post_reports;
mod posts;
mod public;
mod read_notes;
mod reorganisations;
mod report_ins;
mod sheet_imports;
mod sheets;
mod venues;

use std::sync::Arc;

use actix_web::web;
use chassis::http::JsonLimit;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;

/// Adds the routes.
pub(crate) fn routes(config: &mut ServiceConfig<'_>, app: &Arc<App>) {
    config.service(
        scope("/api/registry/v1")
            .app_data(web::Data::from(Arc::clone(app)))
            .service(organisations::list_organisations)
            .service(organisations::establish_organisation)
            .service(organisations::list_ancestors)
            .service(history::list_organisation_history)
            .service(history::show_organisation_as_of)
            .service(history::list_successions)
            .service(changes::move_organisation)
            .service(changes::close_organisation)
            .service(changes::set_superior)
            .service(organisations::show_organisation)
            .service(organisations::rename_organisation)
            .service(divisions::import_divisions)
            .service(reorganisations::merge_divisions)
            .service(reorganisations::split_division)
            // before `/grids/{code}`: the first that fits answers
            .service(
                scope("/grids/imports")
                    .app_data(JsonLimit(grid_imports::LIMIT))
                    .service(grid_imports::import_grids),
            )
            .service(grids::list_party_gaps)
            .service(grids::list_grids)
            .service(grids::show_grid)
            .service(grids::update_grid)
            .service(grids::locate)
            .service(party_figures::show_party_figures)
            .service(post_reports::show_post_coverage)
            .service(post_reports::list_contact_spans)
            .service(posts::fill_post)
            .service(posts::list_posts)
            .service(posts::list_vacancies)
            .service(posts::appoint_post)
            .service(posts::leave_post)
            .service(read_notes::list_read_notes)
            .service(report_ins::open_report_in)
            .service(report_ins::list_report_ins)
            .service(report_ins::change_report_in)
            .service(sheets::show_sheet_template)
            .service(sheets::export_sheet)
            .service(sheets::import_sheet)
            .service(sheet_imports::list_sheet_imports)
            .service(sheet_imports::show_sheet_import)
            .service(sheet_imports::list_sheet_import_rows)
            .service(sheet_imports::undo_sheet_import)
            .service(list_entries::open_list_entry)
            .service(list_entries::list_entries)
            .service(list_entries::show_list_entry)
            .service(list_entries::change_list_entry)
            .service(list_entries::suggest_matches)
            .service(list_claims::open_list_claim)
            .service(list_claims::list_claims)
            .service(list_claims::change_list_claim)
            .service(agreements::draft_agreement)
            .service(agreements::list_agreements)
            .service(agreements::show_agreement)
            .service(agreements::revise_agreement)
            .service(agreements::change_agreement)
            .service(agreements::show_fulfilment)
            .service(agreements::list_commitments)
            .service(agreements::change_commitment)
            .service(alliances::found_alliance)
            .service(alliances::list_alliances)
            .service(alliances::show_alliance)
            .service(alliances::change_alliance)
            .service(meetings::call_meeting)
            .service(meetings::list_meetings)
            .service(meetings::show_meeting)
            .service(meetings::change_meeting)
            .service(meetings::record_minutes)
            .service(meetings::pass_resolution)
            .service(dwellings::set_buildings)
            .service(dwellings::list_buildings)
            .service(dwellings::count_dwellings)
            .service(dwellings::set_households)
            .service(dwellings::list_households)
            .service(venues::open_venue)
            .service(venues::list_venues)
            .service(venues::show_venue)
            .service(venues::book_venue)
            .service(venues::list_venue_bookings)
            .service(venues::list_bookings)
            .service(venues::cancel_booking),
    );
}
