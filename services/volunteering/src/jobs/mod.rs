//! Work that the service does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::{COUNT_EVERY, Schedule, Service};

use crate::app::{
    App, Gauges, count_standing, expire_offers, make_shifts, note_absences, remind_shifts,
};

/// How often unanswered offers are looked for: a place must not stay empty for long.
const OFFERS: Duration = Duration::from_secs(30);
/// How often recurring duty and reminders are looked at.
const SHIFTS: Duration = Duration::from_mins(1);

/// How often those who never came are looked for.
const ABSENCES: Duration = Duration::from_mins(30);

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
