//! Events that this service consumes: one file each. It emits none.

mod account_granted;
mod account_revoked;
mod order_advanced;
mod order_opened;
mod order_published;
mod task_claimed;
mod task_opened;
mod task_released;
mod tell;

use std::sync::Arc;

use chassis::Service;
use contracts::ticketing::{OrderAdvanced, OrderOpened, OrderPublished};
use contracts::volunteering::{TaskClaimed, TaskOpened, TaskReleased};

use crate::app::App;
use account_granted::Granted;
use account_revoked::Revoked;
use tell::Tell;

/// Adds the handlers.
pub(crate) fn add_handlers(service: Service, app: &Arc<App>) -> Service {
    service
        .handler(Granted)
        .handler(Revoked)
        .handler(Tell::<OrderOpened>::new(app))
        .handler(Tell::<OrderAdvanced>::new(app))
        .handler(Tell::<OrderPublished>::new(app))
        .handler(Tell::<TaskOpened>::new(app))
        .handler(Tell::<TaskClaimed>::new(app))
        .handler(Tell::<TaskReleased>::new(app))
}
