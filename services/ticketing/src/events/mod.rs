//! Consumed events, and what this service tells the others.

pub(crate) mod outgoing;

use std::sync::Arc;

use chassis::Service;

use crate::App;

/// Adds the handlers of consumed events.
pub(crate) fn handlers(service: Service, _app: &Arc<App>) -> Service {
    service
}
