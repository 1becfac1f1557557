//! The HTTP interface.

mod divisions;
mod organisations;

use std::sync::Arc;

use actix_web::web;
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
            .service(organisations::show_organisation)
            .service(organisations::rename_organisation)
            .service(divisions::import_divisions),
    );
}
