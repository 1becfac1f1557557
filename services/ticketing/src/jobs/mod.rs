//! Work that the service does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Schedule, Service};

use crate::App;
use crate::app::sweep_overdue::sweep_overdue;

/// How often missed limits are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// Adds the schedules.
pub(crate) fn schedules(service: Service, app: &Arc<App>) -> Service {
    let app = Arc::clone(app);
    let sweep = Schedule::new("overdue_sweep", SWEEP_EVERY, move || {
        let app = Arc::clone(&app);
        async move { Ok(sweep_overdue(&app).await?) }
    });
    service.schedule(sweep)
}
