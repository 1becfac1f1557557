use std::time::Duration;

use kernel::{ShiftId, Timestamp};
use store::StoreError;

use super::App;
use super::sign_ups::save_list;
use crate::domain::sign_up::never_came;
use crate::events::Cause;
use crate::store::{find_activity, hold_shift, list_ended, list_of_shift};

/// Shifts looked at in one go.
const BATCH: u64 = 500;
/// How long those who run an activity have to put things right by themselves.
const GRACE: Duration = Duration::from_hours(24);
/// How long after its end a shift is looked at; what was not noted then never is.
const LOOKED_AT: Duration = Duration::from_hours(48);

/// Notes who had a place and never checked in (爽约), where checking in was used at all. Tells how many.
pub(crate) async fn note_absences(app: &App) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let span = (now.minus(LOOKED_AT), now.minus(GRACE));
    let mut noted = 0;
    for shift in list_ended(app.db.reader(), span, BATCH).await? {
        noted += note(app, shift, now).await?;
    }
    Ok(noted)
}

async fn note(app: &App, shift: ShiftId, now: Timestamp) -> Result<u64, StoreError> {
    app.db
        .write("sign_up.note_absent", |tx| async move {
            let Some(shift) = hold_shift(&tx, shift).await? else {
                return Ok(0);
            };
            let Some(activity) = find_activity(&*tx, shift.activity).await? else {
                return Ok(0);
            };
            let list = list_of_shift(&*tx, shift.id).await?;
            let changed = never_came(list, now);
            save_list(app, Cause::Job(now), &tx, &activity, &changed).await?;
            Ok(u64::try_from(changed.len()).unwrap_or(u64::MAX))
        })
        .await
}
