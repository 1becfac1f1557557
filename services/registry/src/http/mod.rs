//! The HTTP interface.

mod changes;
mod day;
mod divisions;
mod grid_imports;
mod grids;
mod history;
mod organisations;
mod posts;
mod reorganisations;
mod report_ins;
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
            .service(posts::fill_post)
            .service(posts::list_posts)
            .service(posts::list_vacancies)
            .service(posts::appoint_post)
            .service(posts::leave_post)
            .service(report_ins::open_report_in)
            .service(report_ins::list_report_ins)
            .service(report_ins::change_report_in)
            .service(venues::open_venue)
            .service(venues::list_venues)
            .service(venues::show_venue)
            .service(venues::book_venue)
            .service(venues::list_bookings)
            .service(venues::cancel_booking),
    );
}
