use std::collections::HashMap;
use std::time::Duration;

use auth::{Ctx, Principal};
use kernel::{ActivityId, IdSourceExt, OrgPath, ShiftId, TeamId, Timestamp, Version};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::activity_error::ActivityError;
use super::page::{PageWanted, Paged};
use super::sign_ups::cancel_list;
use crate::domain::activity::{
    Activity, ActivityState, ActivityStep, HORIZON, Position, Shift, ShiftState, Terms, Venue,
};
use crate::domain::duty::Duty;
use crate::domain::feed::new_secret;
use crate::domain::runner::runs;
use crate::events::{self, Cause};
use crate::store::{
    PlaceList, count_places, find_activity, find_team, hide_at, hold_activity, hold_shift,
    insert_activity, insert_shifts, list_shifts as read_shifts, load_activities, save_activity,
    save_shift, show_at,
};

/// Names of lists in their cursors.
const ACTIVITIES: &str = "activities";
const DRAFTS: &str = "draft-activities";
const SHIFTS: &str = "shifts";
/// Longest shift.
const LONGEST: Duration = Duration::from_hours(24);
/// Most shifts of one activity that are cancelled with it.
const MOST_SHIFTS: u64 = 1_000;

/// Opens an activity as a draft.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenActivity {
    pub(crate) org_path: OrgPath,
    pub(crate) team: Option<TeamId>,
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) risks: Option<String>,
    pub(crate) venue: Option<Venue>,
    pub(crate) terms: Terms,
    pub(crate) duty: Option<Duty>,
}

/// Adds a shift to an activity.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenShift {
    pub(crate) activity: ActivityId,
    pub(crate) begins_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) positions: Vec<Position>,
}

/// Places taken and people waiting, by shift and position.
pub(crate) type Places = HashMap<(ShiftId, u32), (u32, u32)>;

/// What the caller may do with an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Power {
    /// Somebody of the organisation.
    Runs,
    /// Leads the activity's team.
    Leads,
}

/// The list that shows an activity.
pub(crate) fn list_of(activity: &Activity) -> PlaceList {
    if activity.is_public() {
        PlaceList::Activities
    } else {
        PlaceList::DraftActivities
    }
}

/// Says what the caller may do with an activity.
pub(crate) async fn power_over(
    db: &impl ConnectionTrait,
    principal: &Principal,
    (place, team): (&OrgPath, Option<TeamId>),
) -> Result<Option<Power>, StoreError> {
    if runs(principal, place) {
        return Ok(Some(Power::Runs));
    }
    let Some(team) = team else { return Ok(None) };
    let team = find_team(db, team).await?;
    let leads = team.is_some_and(|team| team.is_led_by(principal.account));
    Ok(leads.then_some(Power::Leads))
}

/// Refuses a shift that is too long, or lies in the past or too far ahead.
pub(super) fn check_span(
    (begins_at, ends_at): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<(), ActivityError> {
    let length = ends_at.duration_since(begins_at);
    if length < Duration::from_mins(1) || length > LONGEST {
        return Err(ActivityError::Span("/ends_at"));
    }
    if begins_at <= now || begins_at > now.plus(HORIZON) {
        return Err(ActivityError::Span("/begins_at"));
    }
    Ok(())
}

pub(super) fn check_positions(app: &App, positions: &[Position]) -> Result<(), ActivityError> {
    let known = |position: &Position| {
        let skill = position.skill.as_ref();
        skill.is_none_or(|skill| app.catalogue.skills.contains_key(skill))
    };
    if positions.iter().all(known) {
        Ok(())
    } else {
        Err(ActivityError::Unknown("/positions"))
    }
}

/// Opens an activity as a draft.
pub(crate) async fn open_activity(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &OpenActivity,
) -> Result<Activity, ActivityError> {
    check_rules(app, command)?;
    app.db
        .write("activity.open", |tx| async move {
            idempotency::once(&tx, key, open(app, ctx, command, &tx)).await
        })
        .await
}

/// Refuses a place that is not the caller's, and a team of another one.
pub(super) async fn check_place(
    ctx: &Ctx,
    command: &OpenActivity,
    tx: &Tx,
) -> Result<(), ActivityError> {
    let of = (&command.org_path, command.team);
    let power = power_over(tx, &ctx.principal, of).await?;
    if power.is_none() || command.org_path.leaf().is_none() {
        return Err(ActivityError::OutOfScope);
    }
    if let Some(team) = command.team {
        let team = find_team(tx, team).await?;
        team.filter(|team| team.org_path == command.org_path)
            .ok_or(ActivityError::NoTeam)?;
    }
    Ok(())
}

/// Refuses a kind and skills that the rules do not have.
pub(super) fn check_rules(app: &App, command: &OpenActivity) -> Result<(), ActivityError> {
    if !app.catalogue.kinds.contains_key(&command.kind) {
        return Err(ActivityError::Unknown("/kind"));
    }
    match &command.duty {
        Some(duty) => check_positions(app, &duty.positions),
        None => Ok(()),
    }
}

async fn open(
    app: &App,
    ctx: &Ctx,
    command: &OpenActivity,
    tx: &Tx,
) -> Result<Activity, ActivityError> {
    check_place(ctx, command, tx).await?;
    let activity = Activity {
        id: app.ids.next(),
        org_path: command.org_path.clone(),
        team: command.team,
        kind: command.kind.clone(),
        title: command.title.clone(),
        risks: command.risks.clone(),
        venue: command.venue,
        terms: command.terms,
        duty: command.duty.clone(),
        state: ActivityState::Draft,
        version: Version::FIRST,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    let secret = new_secret().ok_or(ActivityError::NoSecret)?;
    insert_activity(tx, &activity, secret).await?;
    let mut writes = Writes::default();
    show_at(
        &mut writes,
        list_of(&activity),
        &activity.org_path,
        activity.id,
    );
    writes.run(tx).await?;
    Ok(activity)
}

/// Takes a step with an activity. What is cancelled takes its shifts and sign-ups along.
pub(crate) async fn change_activity(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    (id, step): (ActivityId, ActivityStep),
) -> Result<Activity, ActivityError> {
    app.db
        .write("activity.change", |tx| async move {
            idempotency::once(&tx, key, change(app, ctx, (id, step), &tx)).await
        })
        .await
}

async fn change(
    app: &App,
    ctx: &Ctx,
    (id, step): (ActivityId, ActivityStep),
    tx: &Tx,
) -> Result<Activity, ActivityError> {
    let before = hold_activity(tx, id)
        .await?
        .ok_or(ActivityError::NotFound)?;
    let of = (&before.org_path, before.team);
    let power = power_over(tx, &ctx.principal, of).await?;
    let power = power.ok_or(ActivityError::NotFound)?;
    if ctx.if_match.is_some_and(|seen| seen != before.version) {
        return Err(ActivityError::OtherVersion);
    }
    let kind = app.catalogue.kinds.get(&before.kind);
    let kind = kind.ok_or(ActivityError::Unknown("/kind"))?;
    let mut after = before.clone();
    after.step(step, power == Power::Runs, kind, ctx.now)?;
    save_activity(tx, &after, before.version).await?;
    relist(tx, (&before, &after)).await?;
    if after.state == ActivityState::Recruiting {
        let mut writes = Writes::default();
        bus::emit_with(
            &mut writes,
            &[events::activity_published(app.ids.as_ref(), ctx, &after)],
        );
        writes.run(tx).await?;
    }
    if after.state == ActivityState::Cancelled {
        for shift in read_shifts(tx, id, ctx.now, None, MOST_SHIFTS).await? {
            cancel_shift(app, ctx, tx, (&after, shift.id)).await?;
        }
    }
    Ok(after)
}

/// Puts an activity on the list of its place and state, off the one before.
pub(super) async fn relist(
    tx: &Tx,
    (before, after): (&Activity, &Activity),
) -> Result<(), StoreError> {
    if (list_of(before), &before.org_path) == (list_of(after), &after.org_path) {
        return Ok(());
    }
    let mut gone = Writes::default();
    hide_at(&mut gone, list_of(before), &before.org_path, before.id);
    gone.run(tx).await?;
    let mut shown = Writes::default();
    show_at(&mut shown, list_of(after), &after.org_path, after.id);
    shown.run(tx).await
}

async fn cancel_shift(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    (activity, id): (&Activity, ShiftId),
) -> Result<(), ActivityError> {
    let Some(mut shift) = hold_shift(tx, id).await? else {
        return Ok(());
    };
    if shift.state == ShiftState::Cancelled {
        return Ok(());
    }
    let seen = shift.version;
    shift.state = ShiftState::Cancelled;
    shift.version = seen.next();
    save_shift(tx, &shift, seen).await?;
    Ok(cancel_list(app, Cause::Caller(ctx), tx, (activity, &shift)).await?)
}

/// Adds a shift.
pub(crate) async fn open_shift(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &OpenShift,
) -> Result<Shift, ActivityError> {
    check_positions(app, &command.positions)?;
    check_span((command.begins_at, command.ends_at), ctx.now)?;
    app.db
        .write("shift.open", |tx| async move {
            let effect = async {
                // held: nobody puts another of its shifts to this time meanwhile
                let found = hold_activity(&tx, command.activity).await?;
                let activity = found.ok_or(ActivityError::NotFound)?;
                let of = (&activity.org_path, activity.team);
                let power = power_over(&*tx, &ctx.principal, of).await?;
                power.ok_or(ActivityError::NotFound)?;
                let shift = Shift {
                    id: app.ids.next(),
                    activity: activity.id,
                    begins_at: command.begins_at,
                    ends_at: command.ends_at,
                    positions: command.positions.clone(),
                    on_duty: None,
                    state: ShiftState::Open,
                    cancel_reason: None,
                    next_ticket: 1,
                    version: Version::FIRST,
                };
                match insert_shifts(&tx, std::slice::from_ref(&shift)).await? {
                    0 => Err(ActivityError::ShiftThere),
                    _ => Ok(shift),
                }
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Shows an activity: what is no longer a draft to everyone, else to those who run it.
pub(crate) async fn show_activity(
    app: &App,
    ctx: &Ctx,
    id: ActivityId,
) -> Result<Activity, ActivityError> {
    let db = app.db.reader();
    let activity = find_activity(db, id)
        .await?
        .ok_or(ActivityError::NotFound)?;
    let of = (&activity.org_path, activity.team);
    if activity.is_public() || power_over(db, &ctx.principal, of).await?.is_some() {
        return Ok(activity);
    }
    Err(ActivityError::NotFound)
}

/// Lists the activities of a place, the newest first; drafts to those who run the place alone.
pub(crate) async fn list_activities(
    app: &App,
    ctx: &Ctx,
    (place, drafts): (&OrgPath, bool),
    wanted: &PageWanted,
) -> Result<Paged<Activity>, ActivityError> {
    if drafts && !runs(&ctx.principal, place) {
        return Err(ActivityError::OutOfScope);
    }
    let list = if drafts {
        (DRAFTS, PlaceList::DraftActivities)
    } else {
        (ACTIVITIES, PlaceList::Activities)
    };
    let db = app.db.reader();
    let (ids, next) = wanted.ids_at::<_, ActivityError>(db, list, place).await?;
    Ok((load_activities(db, &ids).await?, next))
}

/// Lists the shifts of an activity that begin at `from` or later, with the places taken.
pub(crate) async fn list_shifts(
    app: &App,
    ctx: &Ctx,
    (id, from): (ActivityId, Option<Timestamp>),
    wanted: &PageWanted,
) -> Result<(Paged<Shift>, Places), ActivityError> {
    let after = wanted.after(SHIFTS)?;
    show_activity(app, ctx, id).await?;
    let db = app.db.reader();
    let from = from.unwrap_or(ctx.now);
    let found = read_shifts(db, id, from, after, wanted.rows()).await?;
    let page = wanted.cut(SHIFTS, found, |shift| shift.begins_at);
    let ids: Vec<ShiftId> = page.0.iter().map(|shift| shift.id).collect();
    let places = count_places(db, &ids).await?;
    Ok((page, places))
}
