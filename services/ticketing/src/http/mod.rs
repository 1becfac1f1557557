//! Handlers, request and response types.

use std::sync::Arc;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::App;

/// Adds the routes.
pub(crate) fn configure(config: &mut ServiceConfig<'_>, app: &Arc<App>) {
    let scope =
        utoipa_actix_web::scope("/api/ticketing/v1").app_data(web::Data::from(Arc::clone(app)));
    config.service(scope);
}
