//! Work that the service does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::{COUNT_EVERY, Schedule, Service};

use crate::app::{
    App, Gauges, add_up_figures, count_standing, expire_offers, forget_old_plans,
    issue_certificates, make_shifts, note_absences, remind_shifts, solve_plans, take_back_tasks,
};

/// How often unanswered offers are looked for: a place must not stay empty for long.
const OFFERS: Duration = Duration::from_secs(30);
/// How often recurring duty and reminders are looked at.
const SHIFTS: Duration = Duration::from_mins(1);

/// How often those who never came are looked for.
const ABSENCES: Duration = Duration::from_mins(30);

/// How often what changed is added to the sums.
const FIGURES: Duration = Duration::from_secs(30);

/// How often announcements that have ended are looked for.
const CERTIFICATES: Duration = Duration::from_mins(1);
/// How often plans that wait are looked for.
const PLANS: Duration = Duration::from_secs(2);

/// How often plans that are too old are looked for.
const OLD_PLANS: Duration = Duration::from_hours(1);

/// How often tasks are looked for that somebody has had for too long.
const SILENCE: Duration = Duration::from_mins(5);

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
    let (planning, old) = (Arc::clone(app), Arc::clone(app));
    let plans = Schedule::new("solve_plans", PLANS, move || {
        let app = Arc::clone(&planning);
        async move { Ok(solve_plans(&app).await?) }
    });
    let old_plans = Schedule::new("forget_plans", OLD_PLANS, move || {
        let app = Arc::clone(&old);
        async move { Ok(forget_old_plans(&app).await?) }
    });
    let silent = Arc::clone(app);
    let silence = Schedule::new("take_back_tasks", SILENCE, move || {
        let app = Arc::clone(&silent);
        async move { Ok(take_back_tasks(&app).await?) }
    });
    let service = service.schedule(silence);
    let service = service.schedule(plans).schedule(old_plans);
    let service = service.schedule(offers).schedule(duty);
    let (counting, gauges) = (Arc::clone(app), Arc::new(Gauges::new()));
    let count = Schedule::new("count_standing", COUNT_EVERY, move || {
        let (app, gauges) = (Arc::clone(&counting), Arc::clone(&gauges));
        async move {
            count_standing(&app, &gauges).await?;
            Ok(0)
        }
    });
    let service = service.schedule(offers).schedule(duty).schedule(count);
    service.schedule(reminders).schedule(absences)
}
