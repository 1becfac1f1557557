//! Work that the service does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Schedule, Service};

use crate::app::{App, expire_agreements, expire_list_entries, forget_imports, resume_imports};

/// How often terms that are over are looked for.
const TERMS: Duration = Duration::from_mins(5);
/// How often imports that were left behind go on.
const RESUME: Duration = Duration::from_secs(30);
/// How often imports of long ago are forgotten.
const FORGET: Duration = Duration::from_hours(1);

/// Adds the schedules.
pub(crate) fn schedules(service: Service, app: &Arc<App>) -> Service {
    let own = [
        Schedule::of("expire_list_entries", TERMS, app, |app| async move {
            expire_list_entries(&app).await
        }),
        Schedule::of("expire_agreements", TERMS, app, |app| async move {
            expire_agreements(&app).await
        }),
        Schedule::of("resume_imports", RESUME, app, |app| async move {
            resume_imports(&app).await
        }),
        Schedule::of("forget_imports", FORGET, app, |app| async move {
            forget_imports(&app).await
        }),
    ];
    own.into_iter().fold(service, Service::schedule)
}
