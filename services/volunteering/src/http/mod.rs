//! The HTTP interface.

mod civil;
mod maybe_body;
mod tasks;
mod teams;
mod volunteer_bodies;
mod volunteers;

use std::sync::Arc;

use actix_web::web;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;

/// Adds the routes.
pub(crate) fn routes(config: &mut ServiceConfig<'_>, app: &Arc<App>) {
    config.service(
        scope("/api/volunteering/v1")
            .app_data(web::Data::from(Arc::clone(app)))
            .service(tasks::list_tasks)
            .service(tasks::show_task)
            .service(tasks::claim_task)
            .service(tasks::release_task)
            .service(volunteers::show_my_volunteer)
            .service(volunteers::update_my_volunteer)
            .service(volunteers::claim_my_proof)
            .service(volunteers::register_volunteer)
            .service(volunteers::list_volunteers)
            .service(volunteers::show_volunteer)
            .service(volunteers::change_volunteer)
            .service(volunteers::change_proof)
            .service(teams::found_team)
            .service(teams::list_teams)
            .service(teams::show_team)
            .service(teams::join_team)
            .service(teams::change_team_member),
    );
}
