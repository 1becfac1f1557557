//! Work that the service does by itself.

use std::sync::Arc;

use chassis::Service;

use crate::App;

/// Adds the schedules.
pub(crate) fn schedules(service: Service, _app: &Arc<App>) -> Service {
    service
}
