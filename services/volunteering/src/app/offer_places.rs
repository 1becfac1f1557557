use std::time::Duration;

use kernel::{ShiftId, Timestamp};
use store::{StoreError, Writes};

use super::App;
use super::sign_ups::fill_places;
use crate::domain::activity::ShiftState;
use crate::domain::sign_up::SignUpState;
use crate::events::{self, Cause};
use crate::store::{
    find_activity, hold_shift, list_lapsed, list_of_shift, list_to_remind, note_reminded,
};

/// Shifts looked at in one go.
const BATCH: u64 = 200;

/// Ends offers that nobody answered in time and asks the next who wait. Tells how many sign-ups changed.
pub(crate) async fn expire_offers(app: &App) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let mut changed = 0;
    for shift in list_lapsed(app.db.reader(), now, BATCH).await? {
        changed += expire(app, shift, now).await?;
    }
    Ok(changed)
}

async fn expire(app: &App, shift: ShiftId, now: Timestamp) -> Result<u64, StoreError> {
    app.db
        .write("sign_up.expire", |tx| async move {
            let Some(shift) = hold_shift(&tx, shift).await? else {
                return Ok(0);
            };
            let Some(activity) = find_activity(&*tx, shift.activity).await? else {
                return Ok(0);
            };
            fill_places(app, Cause::Job(now), &tx, (&activity, &shift)).await
        })
        .await
}

/// Reminds those who have a place in a shift that begins soon. Tells how many it reminded.
pub(crate) async fn remind_shifts(app: &App) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let ahead = Duration::from_hours(u64::from(app.catalogue.sign_up.reminder_hours));
    let mut reminded = 0;
    for shift in list_to_remind(app.db.reader(), now.plus(ahead), BATCH).await? {
        reminded += remind(app, shift, now).await?;
    }
    Ok(reminded)
}

async fn remind(app: &App, id: ShiftId, now: Timestamp) -> Result<u64, StoreError> {
    app.db
        .write("shift.remind", |tx| async move {
            let Some(shift) = hold_shift(&tx, id).await? else {
                return Ok(0);
            };
            if !note_reminded(&tx, id).await? {
                return Ok(0);
            }
            let activity = find_activity(&*tx, shift.activity).await?;
            let comes = shift.state == ShiftState::Open && shift.begins_at > now;
            let Some(activity) = activity.filter(|_| comes) else {
                return Ok(0);
            };
            let list = list_of_shift(&*tx, id).await?;
            let sure = list
                .iter()
                .filter(|other| other.state == SignUpState::Confirmed);
            let (ids, cause) = (app.ids.as_ref(), Cause::Job(now));
            let told: Vec<_> = sure
                .map(|other| events::sign_up_reminded(ids, cause, &activity, other))
                .collect();
            let mut writes = Writes::default();
            bus::emit_with(&mut writes, &told);
            writes.run(&tx).await?;
            Ok(u64::try_from(told.len()).unwrap_or(u64::MAX))
        })
        .await
}
