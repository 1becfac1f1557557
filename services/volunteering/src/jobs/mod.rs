//! Work that the service does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::{COUNT_EVERY, Schedule, Service};

use crate::app::{
    App, Gauges, add_up_figures, close_check_ins, count_standing, expire_offers, follow_moves,
    forget_old_exports, forget_old_plans, issue_certificates, make_shifts, note_absences,
    pass_on_tasks, remind_shifts, solve_plans, take_back_tasks, work_on_exports,
};

/// Plans of rosters and exports go on soon: somebody waits for them.
const PLANS: Duration = Duration::from_secs(2);
/// What an organisation has follows it: those who run it now cannot act before.
const MOVES: Duration = Duration::from_secs(5);
/// A place must not stay empty for long, nor figures be old.
const SOON: Duration = Duration::from_secs(30);
/// Recurring duty, reminders, announcements of certificates.
const SHIFTS: Duration = Duration::from_mins(1);
/// Tasks that somebody has had for too long.
const SILENCE: Duration = Duration::from_mins(5);
/// Those who never came, or never checked out.
const ABSENCES: Duration = Duration::from_mins(30);
/// Plans and exports that are too old.
const OLD: Duration = Duration::from_hours(1);

/// Adds the schedules.
pub(crate) fn schedules(service: Service, app: &Arc<App>) -> Service {
    let gauges = Arc::new(Gauges::new());
    let own = [
        Schedule::of("solve_plans", PLANS, app, |app| async move {
            solve_plans(&app).await
        }),
        Schedule::of("exports", PLANS, app, |app| async move {
            work_on_exports(&app).await
        }),
        Schedule::of("follow_moves", MOVES, app, |app| async move {
            follow_moves(&app).await
        }),
        Schedule::of("expire_offers", SOON, app, |app| async move {
            expire_offers(&app).await
        }),
        Schedule::of("pass_on_tasks", SOON, app, |app| async move {
            pass_on_tasks(&app).await
        }),
        Schedule::of("add_up_figures", SOON, app, |app| async move {
            add_up_figures(&app).await
        }),
        Schedule::of("make_shifts", SHIFTS, app, |app| async move {
            make_shifts(&app).await
        }),
        Schedule::of("remind_shifts", SHIFTS, app, |app| async move {
            remind_shifts(&app).await
        }),
        Schedule::of("issue_certificates", SHIFTS, app, |app| async move {
            issue_certificates(&app).await
        }),
        Schedule::of("take_back_tasks", SILENCE, app, |app| async move {
            take_back_tasks(&app).await
        }),
        Schedule::of("note_absences", ABSENCES, app, |app| async move {
            note_absences(&app).await
        }),
        Schedule::of("close_check_ins", ABSENCES, app, |app| async move {
            close_check_ins(&app).await
        }),
        Schedule::of("forget_plans", OLD, app, |app| async move {
            forget_old_plans(&app).await
        }),
        Schedule::of("old_exports", OLD, app, |app| async move {
            forget_old_exports(&app).await
        }),
        Schedule::of("count_standing", COUNT_EVERY, app, move |app| {
            let gauges = Arc::clone(&gauges);
            async move { count_standing(&app, &gauges).await.map(|()| 0) }
        }),
    ];
    own.into_iter().fold(service, Service::schedule)
}
