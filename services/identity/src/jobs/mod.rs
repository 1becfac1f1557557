//! What identity does by itself.

use std::sync::Arc;
use std::time::Duration;

use chassis::Schedule;
use store::StoreError;

use crate::app::Identity;
use crate::store::{oauth, phones, reveals, sessions};

/// Ended sessions stay this long, to be asked about.
const KEPT: Duration = Duration::from_hours(7 * 24);
/// Used codes of applications stay this long.
const DAY: Duration = Duration::from_hours(24);

/// Forgets sessions that ended long ago.
pub(crate) fn forget_sessions(app: Arc<Identity>) -> Schedule {
    Schedule::new("forget_sessions", Duration::from_mins(10), move || {
        let app = Arc::clone(&app);
        async move {
            let before = app.clock.now().minus(KEPT);
            let forget = app.db.maintain("session.forget", async |tx| {
                sessions::forget_ended(&tx, before).await
            });
            Ok(forget.await?)
        }
    })
}

/// Makes the next signing key in time and forgets those that are over.
pub(crate) fn turn_keys(app: Arc<Identity>) -> Schedule {
    Schedule::new("turn_keys", Duration::from_mins(10), move || {
        let app = Arc::clone(&app);
        async move {
            let changed = app.turn_keys(app.clock.now()).await?;
            app.load_keys().await?;
            Ok(changed)
        }
    })
}

/// Reminds of grants that somebody has to stand for again, and ends those that nobody does.
pub(crate) fn review_grants(app: Arc<Identity>) -> Schedule {
    Schedule::new("review_grants", Duration::from_hours(1), move || {
        let app = Arc::clone(&app);
        async move {
            let reviewed = app.review_grants().await?;
            Ok(reviewed.reminded + reviewed.ended)
        }
    })
}

/// Forgets codes that are over: those sent to telephones, and those sent to applications. These stay for
/// a day: one that comes again tells of a thief.
pub(crate) fn forget_codes(app: Arc<Identity>) -> Schedule {
    Schedule::new("forget_codes", Duration::from_mins(10), move || {
        let app = Arc::clone(&app);
        async move {
            let now = app.clock.now();
            let forget = app.db.maintain("phone.forget", async |tx| {
                let sent = phones::forget_old_codes(&tx, now).await?;
                Ok::<_, StoreError>(sent + oauth::forget_old_codes(&tx, now.minus(DAY)).await?)
            });
            Ok(forget.await?)
        }
    })
}

/// Forgets failed attempts that have worn off.
pub(crate) fn forget_attempts(app: Arc<Identity>) -> Schedule {
    Schedule::new("forget_attempts", Duration::from_mins(5), move || {
        let app = Arc::clone(&app);
        async move { Ok(app.forget_attempts().await?) }
    })
}

/// Takes along what is kept at organisations that were moved.
pub(crate) fn follow_moves(app: Arc<Identity>) -> Schedule {
    Schedule::new("follow_moves", Duration::from_secs(5), move || {
        let app = Arc::clone(&app);
        async move { Ok(app.follow_moves().await?) }
    })
}

/// Forgets contacts that staff took in and whose time is over.
pub(crate) fn forget_contacts(app: Arc<Identity>) -> Schedule {
    Schedule::new("forget_contacts", Duration::from_hours(1), move || {
        let app = Arc::clone(&app);
        async move { Ok(app.forget_contacts().await?) }
    })
}

/// Refuses requests to see a contact that nobody decided on in time.
pub(crate) fn refuse_lapsed(app: Arc<Identity>) -> Schedule {
    Schedule::new("refuse_lapsed", Duration::from_mins(10), move || {
        let app = Arc::clone(&app);
        async move {
            let now = app.clock.now();
            let refuse = app.db.maintain("reveal.refuse_lapsed", async |tx| {
                reveals::refuse_lapsed(&tx, now).await
            });
            Ok(refuse.await?)
        }
    })
}

/// Hands over short messages whose turn it is.
pub(crate) fn deliver_messages(app: Arc<Identity>) -> Schedule {
    Schedule::new("deliver_messages", Duration::from_secs(5), move || {
        let app = Arc::clone(&app);
        async move { Ok(app.deliver_messages().await?) }
    })
}
