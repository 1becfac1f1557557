//! What identity does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Schedule, Service};
use store::StoreError;

use crate::app::Identity;
use crate::store::{oauth, phones, reveals, sessions};

/// Ended sessions stay this long, to be asked about.
const KEPT: Duration = Duration::from_hours(7 * 24);
/// Used codes of applications stay this long.
const DAY: Duration = Duration::from_hours(24);

/// People wait for what is done this often.
const SOON: Duration = Duration::from_secs(5);
/// How often it is looked whether a grant begins or runs out, which others wait for.
const MINUTE: Duration = Duration::from_mins(1);
/// How often attempts that have worn off are forgotten.
const ATTEMPTS: Duration = Duration::from_mins(5);
/// How often what has run out is looked for.
const ENDS: Duration = Duration::from_mins(10);
/// How often long terms are looked at.
const TERMS: Duration = Duration::from_hours(1);

/// Adds the schedules.
pub(crate) fn schedules(service: Service, app: &Arc<Identity>) -> Service {
    let own = [
        Schedule::of("turn_keys", ENDS, app, |app| async move {
            turn_keys(&app).await
        }),
        Schedule::of("forget_codes", ENDS, app, |app| async move {
            forget_codes(&app).await
        }),
        Schedule::of("forget_sessions", ENDS, app, |app| async move {
            forget_sessions(&app).await
        }),
        Schedule::of("review_grants", TERMS, app, |app| async move {
            let reviewed = app.review_grants().await?;
            Ok::<_, StoreError>(reviewed.reminded + reviewed.ended)
        }),
        Schedule::of("turn_grants", MINUTE, app, |app| async move {
            let turned = app.turn_grants().await?;
            Ok::<_, StoreError>(turned.begun + turned.ended)
        }),
        Schedule::of("forget_attempts", ATTEMPTS, app, |app| async move {
            app.forget_attempts().await
        }),
        Schedule::of("follow_moves", SOON, app, |app| async move {
            app.follow_moves().await
        }),
        Schedule::of("forget_contacts", TERMS, app, |app| async move {
            app.forget_contacts().await
        }),
        Schedule::of("refuse_lapsed", ENDS, app, |app| async move {
            refuse_lapsed(&app).await
        }),
        Schedule::of("deliver_messages", SOON, app, |app| async move {
            app.deliver_messages().await
        }),
    ];
    own.into_iter().fold(service, Service::schedule)
}

/// Makes the next signing key in time and forgets those that are over.
async fn turn_keys(app: &Identity) -> Result<u64, chassis::ScheduleError> {
    let changed = app.turn_keys(app.clock.now()).await?;
    app.load_keys().await?;
    Ok(changed)
}

/// Forgets codes that are over: those sent to telephones, and those sent to applications. These stay for
/// a day: one that comes again tells of a thief.
async fn forget_codes(app: &Identity) -> Result<u64, StoreError> {
    let now = app.clock.now();
    app.db
        .maintain("phone.forget", async |tx| {
            let sent = phones::forget_old_codes(&tx, now).await?;
            Ok(sent + oauth::forget_old_codes(&tx, now.minus(DAY)).await?)
        })
        .await
}

/// Forgets sessions that ended long ago: revoked, idle for too long, or over.
async fn forget_sessions(app: &Identity) -> Result<u64, StoreError> {
    let before = app.clock.now().minus(KEPT);
    let idle = app.config.session_idle();
    let mut forgotten = 0;
    for end in sessions::End::ALL {
        loop {
            let step = app.db.maintain("session.forget", async |tx| {
                sessions::forget_ended(&tx, end, before, idle).await
            });
            let gone = step.await?;
            forgotten += gone;
            if gone < sessions::FORGOTTEN_AT_ONCE {
                break;
            }
        }
    }
    Ok(forgotten)
}

/// Refuses requests to see a contact that nobody decided on in time.
async fn refuse_lapsed(app: &Identity) -> Result<u64, StoreError> {
    let now = app.clock.now();
    app.db
        .maintain("reveal.refuse_lapsed", async |tx| {
            reveals::refuse_lapsed(&tx, now).await
        })
        .await
}
