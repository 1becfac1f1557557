//! HTTP operations; everything is readable by its owner only.

mod inbox;
mod stream;
mod view;

use std::sync::Arc;

use actix_web::web;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;

/// Adds the routes.
pub(crate) fn routes(config: &mut ServiceConfig<'_>, app: &Arc<App>) {
    config.service(
        scope("/api/notifications/v1")
            .app_data(web::Data::from(Arc::clone(app)))
            .service(inbox::list_messages)
            .service(inbox::count_unread_messages)
            .service(inbox::read_all_messages)
            .service(inbox::read_message)
            .service(stream::follow_messages),
    );
}
