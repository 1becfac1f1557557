//! Changing what was planned: a shift that is cancelled or changed by itself (班次取消、变更), an activity that is put
//! right (活动变更).

use auth::Ctx;
use kernel::{ActivityId, ShiftId, Timestamp};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use store::{IdempotencyKey, Tx, idempotency};

use super::App;
use super::activities::{
    OpenActivity, Places, Power, check_place, check_positions, check_rules, check_span, power_over,
    relist, show_activity,
};
use super::activity_error::ActivityError;
use super::sign_ups::{cancel_list, fill_places, save_list};
use crate::domain::activity::{
    Activity, ActivityRefusal, ActivityState, Position, Shift, ShiftStep,
};
use crate::domain::changes::{PlannedActivity, PlannedShift, ShiftRefusal};
use crate::events::Cause;
use crate::store::{
    begins_at, count_places, find_shift, forget_reminded, hold_activity, hold_shift, list_of_shift,
    save_activity, save_shift, save_sign_up,
};

/// A step with a shift.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangeShift {
    pub(crate) id: ShiftId,
    pub(crate) step: ShiftStep,
    pub(crate) reason: String,
}

/// What a shift is to be.
#[derive(Debug, Clone)]
pub(crate) struct UpdateShift {
    pub(crate) id: ShiftId,
    pub(crate) begins_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) positions: Vec<Position>,
}

/// Holds a shift of the caller's with its activity: first the activity, then the shift, as cancelling all of them does.
async fn hold_own(ctx: &Ctx, tx: &Tx, id: ShiftId) -> Result<(Activity, Shift), ActivityError> {
    let found = find_shift(tx, id).await?.ok_or(ActivityError::NoShift)?;
    let activity = hold_activity(tx, found.activity).await?;
    let activity = activity.ok_or(ActivityError::NoShift)?;
    let of = (&activity.org_path, activity.team);
    let power = power_over(tx, &ctx.principal, of).await?;
    power.ok_or(ActivityError::NoShift)?;
    let shift = hold_shift(tx, id).await?.ok_or(ActivityError::NoShift)?;
    if ctx.if_match.is_some_and(|seen| seen != shift.version) {
        return Err(ActivityError::OtherVersion);
    }
    Ok((activity, shift))
}

/// Takes a step with a shift: when it is cancelled, so is everything on its list that could still have led to service.
pub(crate) async fn change_shift(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &ChangeShift,
) -> Result<Shift, ActivityError> {
    app.db
        .write("shift.change", |tx| async move {
            let effect = async {
                let (activity, mut shift) = hold_own(ctx, &tx, command.id).await?;
                let seen = shift.version;
                match command.step {
                    ShiftStep::Cancel => shift.cancel(command.reason.clone(), ctx.now)?,
                }
                save_shift(&tx, &shift, seen).await?;
                let of = (&activity, &shift);
                cancel_list(app, Cause::Caller(ctx), &tx, of).await?;
                Ok(shift)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Makes a shift what it is to be; where it has more places, those who wait are asked.
pub(crate) async fn update_shift(
    app: &App,
    ctx: &Ctx,
    command: &UpdateShift,
) -> Result<Shift, ActivityError> {
    check_positions(app, &command.positions)?;
    app.db
        .write("shift.update", |tx| async move {
            Box::pin(update(app, ctx, command, &tx)).await
        })
        .await
}

async fn update(
    app: &App,
    ctx: &Ctx,
    command: &UpdateShift,
    tx: &Tx,
) -> Result<Shift, ActivityError> {
    let (mut activity, mut shift) = hold_own(ctx, tx, command.id).await?;
    if !activity.is_draft() && activity.state != ActivityState::Recruiting {
        return Err(ShiftRefusal::State.into());
    }
    let list = list_of_shift(tx, shift.id).await?;
    let (before, seen) = (shift.begins_at, shift.version);
    let plan = PlannedShift {
        begins_at: command.begins_at,
        ends_at: command.ends_at,
        positions: &command.positions,
    };
    let moved = shift.change(plan, &list, ctx.now)?;
    if moved {
        check_span((shift.begins_at, shift.ends_at), ctx.now)?;
    }
    if before != shift.begins_at {
        if begins_at(tx, activity.id, shift.begins_at).await? {
            return Err(ActivityError::ShiftThere);
        }
        let zone = &app.catalogue.zone;
        let of_duty = activity.duty.as_ref();
        if of_duty.is_some_and(|duty| duty.begins(before, zone)) {
            let seen = activity.version;
            activity.remember_moved(before, ctx.now);
            save_activity(tx, &activity, seen).await?;
        }
    }
    save_shift(tx, &shift, seen).await?;
    let cause = Cause::Caller(ctx);
    if moved {
        forget_reminded(tx, shift.id).await?;
        let mut told = Vec::new();
        for mut sign_up in list {
            let seen = sign_up.version;
            sign_up.follow(&shift, ctx.now);
            if sign_up.version == seen {
                save_sign_up(tx, &sign_up, seen).await?;
            } else {
                told.push((sign_up, seen));
            }
        }
        save_list(app, cause, tx, &activity, &told).await?;
    }
    fill_places(app, cause, tx, (&activity, &shift)).await?;
    Ok(shift)
}

/// Makes an activity what it is to be.
pub(crate) async fn update_activity(
    app: &App,
    ctx: &Ctx,
    (id, command): (ActivityId, &OpenActivity),
) -> Result<Activity, ActivityError> {
    check_rules(app, command)?;
    app.db
        .write("activity.update", |tx| async move {
            put_right(app, ctx, (id, command), &tx).await
        })
        .await
}

async fn put_right(
    app: &App,
    ctx: &Ctx,
    (id, command): (ActivityId, &OpenActivity),
    tx: &Tx,
) -> Result<Activity, ActivityError> {
    let before = hold_activity(tx, id).await?;
    let before = before.ok_or(ActivityError::NotFound)?;
    let of = (&before.org_path, before.team);
    let power = power_over(tx, &ctx.principal, of).await?;
    let power = power.ok_or(ActivityError::NotFound)?;
    if ctx.if_match.is_some_and(|seen| seen != before.version) {
        return Err(ActivityError::OtherVersion);
    }
    let mut after = before.clone();
    let elsewhere = (&command.org_path, command.team) != of;
    if elsewhere {
        // the place of what people signed up for is not another one
        if before.state != ActivityState::Draft {
            let pointer = if command.team == before.team {
                "/org_path"
            } else {
                "/team_id"
            };
            return Err(ActivityRefusal::Fixed(pointer).into());
        }
        check_place(ctx, command, tx).await?;
        after.org_path = command.org_path.clone();
        after.team = command.team;
    }
    let kind = app.catalogue.kinds.get(&command.kind);
    let kind = kind.ok_or(ActivityError::Unknown("/kind"))?;
    let plan = PlannedActivity {
        kind: command.kind.clone(),
        title: command.title.clone(),
        risks: command.risks.clone(),
        venue: command.venue,
        terms: command.terms,
        duty: command.duty.clone(),
    };
    after.change(plan, power == Power::Runs, kind, ctx.now)?;
    save_activity(tx, &after, before.version).await?;
    relist(tx, (&before, &after)).await?;
    Ok(after)
}

/// Shows a shift to everyone who sees its activity, with the places taken.
pub(crate) async fn show_shift(
    app: &App,
    ctx: &Ctx,
    id: ShiftId,
) -> Result<(Shift, Places), ActivityError> {
    let db = app.db.reader();
    let shift = find_shift(db, id).await?.ok_or(ActivityError::NoShift)?;
    match show_activity(app, ctx, shift.activity).await {
        Err(ActivityError::NotFound) => Err(ActivityError::NoShift),
        Err(error) => Err(error),
        Ok(_) => places_of(db, shift).await,
    }
}

/// Counts the places of a shift that was changed.
pub(crate) async fn with_places(app: &App, shift: Shift) -> Result<(Shift, Places), ActivityError> {
    places_of(app.db.reader(), shift).await
}

async fn places_of(
    db: &impl ConnectionTrait,
    shift: Shift,
) -> Result<(Shift, Places), ActivityError> {
    let places = count_places(db, &[shift.id]).await?;
    Ok((shift, places))
}
