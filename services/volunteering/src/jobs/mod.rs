//! Work that the service does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Schedule, Service};

use crate::app::{
    App, add_up_figures, expire_offers, forget_old_exports, issue_certificates, make_shifts,
    note_absences, remind_shifts, work_on_exports,
};

/// How often unanswered offers are looked for: a place must not stay empty for long.
const OFFERS: Duration = Duration::from_secs(30);
/// How often recurring duty and reminders are looked at.
const SHIFTS: Duration = Duration::from_mins(1);

/// How often those who never came are looked for.
const ABSENCES: Duration = Duration::from_mins(30);

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
