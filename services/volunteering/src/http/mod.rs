//! The HTTP interface.

mod maybe_body;
mod tasks;

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
            .service(tasks::release_task),
    );
}
