use std::time::Duration;

use kernel::{ShiftId, Timestamp};
use store::StoreError;

use super::App;
use super::sign_ups::save_list;
use crate::domain::sign_up::never_came;
use crate::events::Cause;
use crate::store::{find_activity, hold_shift, list_ended, list_of_shift};

/// Shifts read at a time.
const BATCH: u64 = 500;
/// How long those who run an activity have to put things right by themselves.
const GRACE: Duration = Duration::from_hours(24);
/// How long after its end a shift is looked at; what was not noted then never is.
const LOOKED_AT: Duration = Duration::from_hours(48);

/// Notes who had a place and never checked in (爽约), where checking in was used at all. Tells how many.
pub(crate) async fn note_absences(app: &App) -> Result<u64, StoreError> {
    note_all(app, BATCH).await
}

/// The same, so many shifts at a time until the last one: none keeps those behind it waiting, not even one that fails.
async fn note_all(app: &App, batch: u64) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let span = (now.minus(LOOKED_AT), now.minus(GRACE));
    let (mut noted, mut after) = (0, None);
    loop {
        let page = list_ended(app.db.reader(), span, after, batch).await?;
        let Some(last) = page.last().copied() else {
            return Ok(noted);
        };
        for (_, shift) in page {
            match note(app, shift, now).await {
                Ok(count) => noted += count,
                Err(error) if StoreError::is_unavailable_in(&error) => return Err(error),
                Err(error) => {
                    tracing::error!(shift.id = %shift, %error, "absences of a shift are not noted");
                }
            }
        }
        after = Some(last);
    }
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

#[cfg(test)]
mod tests;
