//! Work that the service does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Schedule, Service};

use crate::app::{App, expire_agreements, expire_list_entries, forget_imports, resume_imports};

/// How often terms that are over are looked for.
const EVERY: Duration = Duration::from_mins(5);

/// Adds the schedules.
pub(crate) fn schedules(service: Service, app: &Arc<App>) -> Service {
    let (entries, agreements) = (Arc::clone(app), Arc::clone(app));
    let (resuming, forgetting) = (Arc::clone(app), Arc::clone(app));
    let entries = Schedule::new("expire_list_entries", EVERY, move || {
        let app = Arc::clone(&entries);
        async move { Ok(expire_list_entries(&app).await?) }
    });
    let agreements = Schedule::new("expire_agreements", EVERY, move || {
        let app = Arc::clone(&agreements);
        async move { Ok(expire_agreements(&app).await?) }
    });
    // imports that were left behind go on; those of long ago are forgotten
    let resume = Schedule::new("resume_imports", Duration::from_secs(30), move || {
        let app = Arc::clone(&resuming);
        async move { Ok(resume_imports(&app).await?) }
    });
    let forget = Schedule::new("forget_imports", Duration::from_hours(1), move || {
        let app = Arc::clone(&forgetting);
        async move { Ok(forget_imports(&app).await?) }
    });
    let service = service.schedule(entries).schedule(agreements);
    service.schedule(resume).schedule(forget)
}
