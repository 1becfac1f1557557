use std::time::Duration;

use kernel::{ActivityId, IdSourceExt, Timestamp, Version};
use store::StoreError;

use super::App;
use crate::domain::activity::{Activity, ActivityState, Shift, ShiftState};
use crate::domain::duty::{AHEAD_DAYS, Duty};
use crate::store::{hold_activity, insert_shifts, list_duties_due, save_duty_due};

/// Activities looked at in one go.
const BATCH: u64 = 100;
/// How long after its shifts were made a rule is looked at again.
const AGAIN: Duration = Duration::from_hours(12);

/// Makes the shifts of recurring duty some weeks ahead; those that are there stay as they are. Tells how many it made.
pub(crate) async fn make_shifts(app: &App) -> Result<u64, StoreError> {
    let mut made = 0;
    loop {
        let now = app.clock.now();
        let due = list_duties_due(app.db.reader(), now, BATCH).await?;
        if due.is_empty() {
            return Ok(made);
        }
        for id in due {
            made += make(app, id, now).await?;
        }
    }
}

async fn make(app: &App, id: ActivityId, now: Timestamp) -> Result<u64, StoreError> {
    app.db
        .write("shift.make", |tx| async move {
            save_duty_due(&tx, id, now.plus(AGAIN)).await?;
            let Some(activity) = hold_activity(&tx, id).await? else {
                return Ok(0);
            };
            match &activity.duty {
                Some(duty) if activity.state == ActivityState::Recruiting => {
                    let shifts = turns(app, &activity, duty, now);
                    insert_shifts(&tx, &shifts).await
                }
                _ => Ok(0),
            }
        })
        .await
}

fn turns(app: &App, activity: &Activity, duty: &Duty, now: Timestamp) -> Vec<Shift> {
    let zone = &app.catalogue.zone;
    let turns = duty.turns(now.date_in(zone), AHEAD_DAYS, zone);
    let ahead = turns.into_iter().filter(|turn| turn.begins_at > now);
    let shift = |turn: crate::domain::duty::Turn| Shift {
        id: app.ids.next(),
        activity: activity.id,
        begins_at: turn.begins_at,
        ends_at: turn.ends_at,
        positions: duty.positions.clone(),
        on_duty: turn.on_duty,
        state: ShiftState::Open,
        cancel_reason: None,
        next_ticket: 1,
        version: Version::FIRST,
    };
    ahead.map(shift).collect()
}
