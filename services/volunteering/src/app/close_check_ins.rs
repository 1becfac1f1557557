use std::time::Duration;

use kernel::{ShiftId, Timestamp};
use store::StoreError;

use super::App;
use super::check_in::record;
use super::sign_ups::save_list;
use crate::domain::check_in::close_left_open;
use crate::domain::hours::TimedBy;
use crate::events::Cause;
use crate::store::{find_activity, hold_shift, list_left_open, list_of_shift};

/// Shifts read at a time.
const BATCH: u64 = 500;

/// Ends check-ins that nobody ended (自动签退), some hours after the shift: the hours up to its end wait for somebody to
/// confirm them, who sees that the service ended them. Tells how many.
pub(crate) async fn close_check_ins(app: &App) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let hours = Duration::from_hours(u64::from(app.catalogue.sign_up.close_check_in_hours));
    let (mut closed, mut after) = (0, None);
    loop {
        let page = list_left_open(app.db.reader(), now.minus(hours), after, BATCH).await?;
        let Some(last) = page.last().copied() else {
            return Ok(closed);
        };
        for (_, shift) in page {
            match close(app, shift, now).await {
                Ok(count) => closed += count,
                Err(error) if StoreError::is_unavailable_in(&error) => return Err(error),
                Err(error) => {
                    tracing::error!(shift.id = %shift, %error, "check-ins of a shift are not closed");
                }
            }
        }
        after = Some(last);
    }
}

async fn close(app: &App, shift: ShiftId, now: Timestamp) -> Result<u64, StoreError> {
    app.db
        .write("sign_up.close", |tx| async move {
            let Some(shift) = hold_shift(&tx, shift).await? else {
                return Ok(0);
            };
            let Some(activity) = find_activity(&*tx, shift.activity).await? else {
                return Ok(0);
            };
            let list = list_of_shift(&*tx, shift.id).await?;
            let closed = close_left_open(list, &shift, now);
            save_list(app, Cause::Job(now), &tx, &activity, &closed).await?;
            for (sign_up, _) in &closed {
                let by = (TimedBy::System, None);
                record(app, &tx, (&activity, &shift), (sign_up, by)).await?;
            }
            Ok(u64::try_from(closed.len()).unwrap_or(u64::MAX))
        })
        .await
}
