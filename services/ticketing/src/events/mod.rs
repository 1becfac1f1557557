//! Consumed events, and what this service tells the others.

mod claims;
mod grants;
mod grids;
mod organisations;
pub(crate) mod outgoing;
mod resolutions;
mod tasks;

use std::sync::Arc;

use chassis::Service;

use crate::App;

/// Adds the handlers of consumed events.
pub(crate) fn handlers(service: Service, app: &Arc<App>) -> Service {
    service
        .handler(organisations::Organisations)
        .handler(grants::Grants)
        .handler(grids::Grids)
        .handler(exclusions::Excluded)
        .handler(tasks::Tasks(Arc::clone(app)))
        .handler(resolutions::Resolutions(Arc::clone(app)))
}
