//! Work that the service does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::{COUNT_EVERY, Schedule, Service};

use crate::app::{
    App, Gauges, add_up_figures, count_standing, expire_offers, forget_old_plans,
    issue_certificates, make_shifts, note_absences, remind_shifts, solve_plans, take_back_tasks,
    App, add_up_figures, expire_offers, forget_old_exports, issue_certificates, make_shifts,
    note_absences, remind_shifts, work_on_exports,
};

/// Plans of rosters that wait are begun soon: somebody watches them.
const PLANS: Duration = Duration::from_secs(2);
/// A place must not stay empty for long, nor figures be old.
const SOON: Duration = Duration::from_secs(30);
/// Recurring duty, reminders, announcements of certificates.
const SHIFTS: Duration = Duration::from_mins(1);
/// Tasks that somebody has had for too long.
const SILENCE: Duration = Duration::from_mins(5);
/// Those who never came.
const ABSENCES: Duration = Duration::from_mins(30);
/// Plans that are too old.
const OLD_PLANS: Duration = Duration::from_hours(1);

/// Adds the schedules.
pub(crate) fn schedules(service: Service, app: &Arc<App>) -> Service {
    let gauges = Arc::new(Gauges::new());
    let own = [
        Schedule::of("solve_plans", PLANS, app, |app| async move {
            solve_plans(&app).await
        }),
        Schedule::of("expire_offers", SOON, app, |app| async move {
            expire_offers(&app).await
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
        Schedule::of("forget_plans", OLD_PLANS, app, |app| async move {
            forget_old_plans(&app).await
        }),
        Schedule::of("count_standing", COUNT_EVERY, app, move |app| {
            let gauges = Arc::clone(&gauges);
            async move { count_standing(&app, &gauges).await.map(|()| 0) }
        }),
    ];
    own.into_iter().fold(service, Service::schedule)

/// How often exports go on, and how often those are forgotten whose time is over.
const EXPORTS: Duration = Duration::from_secs(2);
const OLD_EXPORTS: Duration = Duration::from_mins(10);

/// How often what changed is added to the sums.
const FIGURES: Duration = Duration::from_secs(30);

/// How often announcements that have ended are looked for.
const CERTIFICATES: Duration = Duration::from_mins(1);

/// Adds the schedules.
pub(crate) fn schedules(service: Service, app: &Arc<App>) -> Service {
    let (offers, duty) = (Arc::clone(app), Arc::clone(app));
    let (reminders, absences) = (Arc::clone(app), Arc::clone(app));
    let offers = Schedule::new("expire_offers", OFFERS, move || {
        let app = Arc::clone(&offers);
        async move { Ok(expire_offers(&app).await?) }
    });
    let duty = Schedule::new("make_shifts", SHIFTS, move || {
        let app = Arc::clone(&duty);
        async move { Ok(make_shifts(&app).await?) }
    });
    let reminders = Schedule::new("remind_shifts", SHIFTS, move || {
        let app = Arc::clone(&reminders);
        async move { Ok(remind_shifts(&app).await?) }
    });
    let absences = Schedule::new("note_absences", ABSENCES, move || {
        let app = Arc::clone(&absences);
        async move { Ok(note_absences(&app).await?) }
    });
    let (exports, over) = (Arc::clone(app), Arc::clone(app));
    let exports = Schedule::new("exports", EXPORTS, move || {
        let app = Arc::clone(&exports);
        async move { Ok(work_on_exports(&app).await?) }
    });
    let over = Schedule::new("old_exports", OLD_EXPORTS, move || {
        let app = Arc::clone(&over);
        async move { Ok(forget_old_exports(&app).await?) }
    });
    let service = service.schedule(exports).schedule(over);
    let figures = Arc::clone(app);
    let figures = Schedule::new("add_up_figures", FIGURES, move || {
        let app = Arc::clone(&figures);
        async move { Ok(add_up_figures(&app).await?) }
    });
    let service = service.schedule(figures);
    let certificates = Arc::clone(app);
    let certificates = Schedule::new("issue_certificates", CERTIFICATES, move || {
        let app = Arc::clone(&certificates);
        async move { Ok(issue_certificates(&app).await?) }
    });
    let service = service.schedule(certificates);
    let service = service.schedule(offers).schedule(duty);
    service.schedule(reminders).schedule(absences)
}
