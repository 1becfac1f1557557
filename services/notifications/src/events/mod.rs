//! Events that this service consumes: one file each. It emits none.

mod account_granted;
mod account_reminded;
mod account_revoked;
mod certificates;
mod hours_objections;
mod order_advanced;
mod order_alerted;
mod order_assisted;
mod order_callback_invited;
mod order_merged;
mod order_opened;
mod order_petitioned;
mod order_progressed;
mod order_published;
mod organisation_moved;
mod sign_ups;
mod task_claimed;
mod task_invited;
mod task_opened;
mod task_released;
mod tell;

use std::sync::Arc;

use chassis::Service;

use crate::app::App;
use account_granted::Granted;
use account_revoked::Revoked;
use organisation_moved::Moved;
use tell::Tell;

/// Adds the handlers.
pub(crate) fn add_handlers(service: Service, app: &Arc<App>) -> Service {
    service
        .handler(Granted)
        .handler(Revoked)
        .handler(Moved)
        .handler(exclusions::Excluded)
        .handler(Tell(Arc::clone(app)))
}
