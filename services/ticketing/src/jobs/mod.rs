//! Work that the service does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::{COUNT_EVERY, Schedule, Service};

use crate::App;
use crate::app::callback_links::forget_callback_links;
use crate::app::count_standing::{Gauges, count_standing};
use crate::app::fold_figures::fold_figures;
use crate::app::index_orders::index_orders;
use crate::app::locate_orders::locate_orders;
use crate::app::recount_orders::recount_orders;
use crate::app::relocate_orders::relocate_orders;
use crate::app::sweep_overdue::sweep_overdue;
use crate::app::sweep_suspensions::sweep_suspensions;
use crate::app::tell_followers::tell_followers;
use crate::app::work_on_exports::{forget_old_exports, work_on_exports};

/// How often missed limits are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// How often orders follow organisations that were moved and calendars that were corrected, those who follow an
/// order are told that it moved, and grids of orders are found.
const FOLLOW_EVERY: Duration = Duration::from_secs(5);

/// How often figures follow what happened to orders; what is read meanwhile is added while reading.
const FOLD_EVERY: Duration = Duration::from_secs(2);

/// How often the next pages of exports are made.
const EXPORT_EVERY: Duration = Duration::from_secs(2);

/// How often links of messages that nobody has used in time are forgotten.
const FORGET_EVERY: Duration = Duration::from_hours(1);

/// Adds the schedules.
pub(crate) fn schedules(service: Service, app: &Arc<App>) -> Service {
    let gauges = Arc::new(Gauges::new());
    let own = [
        Schedule::of("overdue_sweep", SWEEP_EVERY, app, |app| async move {
            sweep_overdue(&app).await
        }),
        Schedule::of("suspension_sweep", SWEEP_EVERY, app, |app| async move {
            sweep_suspensions(&app).await
        }),
        Schedule::of("relocate_orders", FOLLOW_EVERY, app, |app| async move {
            relocate_orders(&app).await
        }),
        Schedule::of("recount_orders", FOLLOW_EVERY, app, |app| async move {
            recount_orders(&app).await
        }),
        Schedule::of("locate_orders", FOLLOW_EVERY, app, |app| async move {
            locate_orders(&app).await
        }),
        Schedule::of("index_orders", FOLLOW_EVERY, app, |app| async move {
            index_orders(&app).await
        }),
        Schedule::of("fold_figures", FOLD_EVERY, app, |app| async move {
            fold_figures(&app).await
        }),
        Schedule::of("tell_followers", FOLLOW_EVERY, app, |app| async move {
            tell_followers(&app).await
        }),
        Schedule::of("exports", EXPORT_EVERY, app, |app| async move {
            work_on_exports(&app).await
        }),
        Schedule::of("old_exports", FORGET_EVERY, app, |app| async move {
            forget_old_exports(&app).await
        }),
        Schedule::of("callback_links", FORGET_EVERY, app, |app| async move {
            forget_callback_links(&app).await
        }),
        Schedule::of("count_standing", COUNT_EVERY, app, move |app| {
            let gauges = Arc::clone(&gauges);
            async move { count_standing(&app, &gauges).await.map(|()| 0) }
        }),
    ];
    own.into_iter().fold(service, Service::schedule)
}
