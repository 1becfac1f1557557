//! Handlers, request and response types.

pub(crate) mod actions;
pub(crate) mod orders;

use std::sync::Arc;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::App;

/// Adds the routes.
pub(crate) fn configure(config: &mut ServiceConfig<'_>, app: &Arc<App>) {
    let scope =
        utoipa_actix_web::scope("/api/ticketing/v1").app_data(web::Data::from(Arc::clone(app)))
            .service(orders::open_order)
            .service(orders::list_orders)
            .service(orders::show_order)
            .service(orders::show_timeline)
            .service(actions::act_on_order);
    config.service(scope);
}
