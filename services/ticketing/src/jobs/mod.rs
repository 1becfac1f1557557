//! Work that the service does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::{COUNT_EVERY, Schedule, Service};

use crate::App;
use crate::app::callback_links::forget_callback_links;
use crate::app::count_standing::{Gauges, count_standing};
use crate::app::fold_figures::fold_figures;
use crate::app::index_orders::index_orders;
use crate::app::recount_orders::recount_orders;
use crate::app::relocate_orders::relocate_orders;
use crate::app::sweep_overdue::sweep_overdue;
use crate::app::sweep_suspensions::sweep_suspensions;
use crate::app::work_on_exports::{forget_old_exports, work_on_exports};

/// How often missed limits are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// How often orders follow organisations that were moved and calendars that were corrected.
const FOLLOW_EVERY: Duration = Duration::from_secs(5);

/// How often figures follow what happened to orders; what is read meanwhile is added while reading.
const FOLD_EVERY: Duration = Duration::from_secs(2);

/// How often the next pages of exports are made.
const EXPORT_EVERY: Duration = Duration::from_secs(2);

/// How often links of messages that nobody has used in time are forgotten.
const FORGET_EVERY: Duration = Duration::from_hours(1);

/// Adds the schedules.
pub(crate) fn schedules(service: Service, app: &Arc<App>) -> Service {
    let (sweeping, following) = (Arc::clone(app), Arc::clone(app));
    let sweep = Schedule::new("overdue_sweep", SWEEP_EVERY, move || {
        let app = Arc::clone(&sweeping);
        async move { Ok(sweep_overdue(&app).await?) }
    });
    let follow = Schedule::new("relocate_orders", FOLLOW_EVERY, move || {
        let app = Arc::clone(&following);
        async move { Ok(relocate_orders(&app).await?) }
    });
    let recounting = Arc::clone(app);
    let recount = Schedule::new("recount_orders", FOLLOW_EVERY, move || {
        let app = Arc::clone(&recounting);
        async move { Ok(recount_orders(&app).await?) }
    });
    let suspended = Arc::clone(app);
    let suspensions = Schedule::new("suspension_sweep", SWEEP_EVERY, move || {
        let app = Arc::clone(&suspended);
        async move { Ok(sweep_suspensions(&app).await?) }
    });
    let folding = Arc::clone(app);
    let fold = Schedule::new("fold_figures", FOLD_EVERY, move || {
        let app = Arc::clone(&folding);
        async move { Ok(fold_figures(&app).await?) }
    });
    let indexing = Arc::clone(app);
    let index = Schedule::new("index_orders", FOLLOW_EVERY, move || {
        let app = Arc::clone(&indexing);
        async move { Ok(index_orders(&app).await?) }
    });
    let forgetting = Arc::clone(app);
    let forget = Schedule::new("callback_links", FORGET_EVERY, move || {
        let app = Arc::clone(&forgetting);
        async move { Ok(forget_callback_links(&app).await?) }
    });
    let (exporting, over) = (Arc::clone(app), Arc::clone(app));
    let export = Schedule::new("exports", EXPORT_EVERY, move || {
        let app = Arc::clone(&exporting);
        async move { Ok(work_on_exports(&app).await?) }
    });
    let forget_exports = Schedule::new("old_exports", FORGET_EVERY, move || {
        let app = Arc::clone(&over);
        async move { Ok(forget_old_exports(&app).await?) }
    });
    let (counting, gauges) = (Arc::clone(app), Arc::new(Gauges::new()));
    let count = Schedule::new("count_standing", COUNT_EVERY, move || {
        let (app, gauges) = (Arc::clone(&counting), Arc::clone(&gauges));
        async move {
            count_standing(&app, &gauges).await?;
            Ok(0)
        }
    });
    let service = service
        .schedule(count)
        .schedule(export)
        .schedule(forget_exports)
        .schedule(forget)
        .schedule(fold)
        .schedule(sweep)
        .schedule(follow)
        .schedule(index);
    service.schedule(recount).schedule(suspensions)
}
