use std::time::Duration;

use auth::Ctx;
use kernel::{AccountId, IdSourceExt, ShiftId, SignUpId, Timestamp, Version};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::activities::{Power, power_over};
use super::note_figures::note_sign_ups;
use super::page::{PageWanted, Paged};
use super::sign_up_error::SignUpError;
use crate::domain::activity::{Activity, Shift};
use crate::domain::catalogue::SignUpLimits;
use crate::domain::duty::Rotor;
use crate::domain::sign_up::{SignUp, SignUpState, Situation, Warning, promote};
use crate::domain::volunteer::Volunteer;
use crate::events::{self, Cause};
use crate::store::{
    find_activity, find_shift, find_sign_up, find_team, hold_shift, hold_volunteer_of,
    insert_sign_up, list_around, list_in_activity, list_missed, list_of_shift, list_of_volunteer,
    list_page_of_shift, save_shift, save_sign_up,
};

/// Names of lists in their cursors.
const MINE: &str = "my-sign-ups";
const OF_SHIFT: &str = "sign-ups";
/// Days around a shift that are weighed.
pub(super) const AROUND: Duration = Duration::from_hours(24 * 100);

/// Signs up for a shift.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenSignUp {
    pub(crate) shift: ShiftId,
    pub(crate) position: u32,
    pub(crate) acknowledge: Vec<Warning>,
}

/// Finds the shift that a transaction is to decide about, with its activity; nobody else decides meanwhile.
pub(super) async fn hold(tx: &Tx, shift: ShiftId) -> Result<(Activity, Shift), SignUpError> {
    let shift = hold_shift(tx, shift).await?.ok_or(SignUpError::NotFound)?;
    let activity = find_activity(tx, shift.activity).await?;
    Ok((activity.ok_or(SignUpError::NotFound)?, shift))
}

/// When shifts began whose absences count now, however far ahead the next one is; none is longer than the day before.
pub(super) fn lately(limits: &SignUpLimits, now: Timestamp) -> (Timestamp, Timestamp) {
    let day = Duration::from_hours(24);
    let window = limits.absence_window().saturating_add(day);
    (now.minus(window), now)
}

/// Reads everything else that is weighed and weighs it.
async fn weigh<T>(
    app: &App,
    tx: &Tx,
    (activity, shift, list): (&Activity, &Shift, &[SignUp]),
    (volunteer, now): (&Volunteer, Timestamp),
    judge: impl FnOnce(&Situation<'_>) -> T,
) -> Result<T, SignUpError> {
    let account = volunteer.account;
    let span = (shift.begins_at.minus(AROUND), shift.begins_at.plus(AROUND));
    let mut others = list_around(tx, account, span).await?;
    let mut more = list_in_activity(tx, account, activity.id).await?;
    let absences = lately(&app.catalogue.sign_up, now);
    more.extend(list_missed(tx, &[account], absences).await?);
    for other in more {
        if !others.iter().any(|known| known.id == other.id) {
            others.push(other);
        }
    }
    let exclusions = exclusions::list_of(tx, account).await?;
    let in_team = match activity.team {
        Some(team) if activity.terms.team_only => find_team(tx, team)
            .await?
            .is_some_and(|team| team.has(account)),
        _ => false,
    };
    let on_turn = match &shift.on_duty {
        Some(Rotor::Unit(unit)) => unit.contains(&volunteer.home),
        Some(Rotor::Team(team)) => find_team(tx, *team)
            .await?
            .is_some_and(|team| team.has(account)),
        None => false,
    };
    let kind = app.catalogue.kinds.get(&activity.kind);
    let kind = kind.ok_or_else(|| StoreError::Corrupt(format!("kind {}", activity.kind)))?;
    let situation = Situation {
        now,
        zone: &app.catalogue.zone,
        limits: &app.catalogue.sign_up,
        activity,
        kind,
        shift,
        volunteer,
        barred: exclusions.bar(None, &[&activity.org_path]),
        in_team,
        on_turn,
        others: &others,
        list,
    };
    Ok(judge(&situation))
}

/// Signs the caller up: everything is weighed and the place given in one step.
pub(crate) async fn open_sign_up(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &OpenSignUp,
) -> Result<SignUp, SignUpError> {
    app.db
        .write("sign_up.open", |tx| async move {
            idempotency::once(&tx, key, Box::pin(open(app, ctx, command, &tx))).await
        })
        .await
}

async fn open(app: &App, ctx: &Ctx, command: &OpenSignUp, tx: &Tx) -> Result<SignUp, SignUpError> {
    // first the person, then the shift: one person decides about one thing at a time, and nothing waits crosswise
    let volunteer = hold_volunteer_of(tx, ctx.principal.account).await?;
    let volunteer = volunteer.ok_or(SignUpError::NoVolunteer)?;
    let (activity, mut shift) = hold(tx, command.shift).await?;
    if !activity.is_public() {
        return Err(SignUpError::NotFound);
    }
    let list = list_of_shift(tx, shift.id).await?;
    let of = (&activity, &shift, list.as_slice());
    let state = weigh(app, tx, of, (&volunteer, ctx.now), |situation| {
        situation.admit(command.position, &command.acknowledge)
    })
    .await??;
    let seen = shift.version;
    let ticket = shift.ticket();
    save_shift(tx, &shift, seen).await?;
    let mut writes = Writes::default();
    let own = list
        .into_iter()
        .find(|other| other.account == volunteer.account);
    let sign_up = if let Some(mut again) = own {
        let seen = again.version;
        again.enter(state, ctx.now);
        (again.position, again.ticket) = (command.position, ticket);
        note_sign_ups(app, tx, &activity.org_path, [&again]).await?;
        save_sign_up(tx, &again, seen).await?;
        again
    } else {
        let new = SignUp {
            id: app.ids.next(),
            shift: shift.id,
            activity: activity.id,
            account: volunteer.account,
            position: command.position,
            state,
            ticket,
            begins_at: shift.begins_at,
            ends_at: shift.ends_at,
            offer_until: None,
            checked_in_at: None,
            checked_out_at: None,
            appealed: false,
            version: Version::FIRST,
            created_at: ctx.now,
            updated_at: ctx.now,
        };
        note_sign_ups(app, tx, &activity.org_path, [&new]).await?;
        insert_sign_up(&mut writes, &new);
        new
    };
    let told = events::sign_up_changed(app.ids.as_ref(), Cause::Caller(ctx), &activity, &sign_up);
    bus::emit_with(&mut writes, &[told]);
    writes.run(tx).await?;
    Ok(sign_up)
}

/// Saves those of a list that changed, and tells.
pub(super) async fn save_list(
    app: &App,
    cause: Cause<'_>,
    tx: &Tx,
    activity: &Activity,
    changed: &[(SignUp, Version)],
) -> Result<(), StoreError> {
    let these = changed.iter().map(|(sign_up, _)| sign_up);
    note_sign_ups(app, tx, &activity.org_path, these).await?;
    let mut told = Vec::with_capacity(changed.len());
    for (sign_up, seen) in changed {
        save_sign_up(tx, sign_up, *seen).await?;
        told.push(events::sign_up_changed(
            app.ids.as_ref(),
            cause,
            activity,
            sign_up,
        ));
    }
    let mut writes = Writes::default();
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await
}

/// Gives free places of a shift, which is held, to those who wait.
pub(super) async fn fill_places(
    app: &App,
    cause: Cause<'_>,
    tx: &Tx,
    (activity, shift): (&Activity, &Shift),
) -> Result<u64, StoreError> {
    let mut list = list_of_shift(tx, shift.id).await?;
    let before: Vec<Version> = list.iter().map(|sign_up| sign_up.version).collect();
    let limits = &app.catalogue.sign_up;
    promote(shift, &mut list, limits, cause.now());
    // one may have lost an offer and be asked again: saved once, over the version that was read
    let pairs = list.into_iter().zip(before);
    let changed: Vec<_> = pairs
        .filter(|(after, seen)| after.version != *seen)
        .collect();
    save_list(app, cause, tx, activity, &changed).await?;
    Ok(u64::try_from(changed.len()).unwrap_or(u64::MAX))
}

/// Cancels everything on the list of a shift that is held.
pub(super) async fn cancel_list(
    app: &App,
    cause: Cause<'_>,
    tx: &Tx,
    (activity, shift): (&Activity, &Shift),
) -> Result<(), StoreError> {
    let mut changed = Vec::new();
    for mut sign_up in list_of_shift(tx, shift.id).await? {
        if sign_up.state.is_pending() {
            let seen = sign_up.version;
            sign_up.enter(SignUpState::Cancelled, cause.now());
            changed.push((sign_up, seen));
        }
    }
    save_list(app, cause, tx, activity, &changed).await
}

/// Says again whether the volunteer, whose row is held, may have a place that was offered.
pub(super) async fn check_again(
    app: &App,
    tx: &Tx,
    (activity, shift): (&Activity, &Shift),
    (volunteer, sign_up): (&Volunteer, &SignUp),
    now: Timestamp,
) -> Result<(), SignUpError> {
    let position = sign_up.position;
    let judged = weigh(
        app,
        tx,
        (activity, shift, &[]),
        (volunteer, now),
        |situation| situation.check(position),
    );
    Ok(judged.await??)
}

/// Shows a sign-up to the one whose it is, and to those who run the activity.
pub(crate) async fn show_sign_up(
    app: &App,
    ctx: &Ctx,
    id: SignUpId,
) -> Result<SignUp, SignUpError> {
    let db = app.db.reader();
    let sign_up = find_sign_up(db, id).await?.ok_or(SignUpError::NotFound)?;
    if sign_up.account != ctx.principal.account {
        power_at(db, ctx, sign_up.shift).await?;
    }
    Ok(sign_up)
}

/// Says what the caller may do with the activity of a shift; to others it does not exist.
pub(super) async fn power_at(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    shift: ShiftId,
) -> Result<(Power, Activity, Shift), SignUpError> {
    let shift = find_shift(db, shift).await?.ok_or(SignUpError::NotFound)?;
    let activity = find_activity(db, shift.activity).await?;
    let activity = activity.ok_or(SignUpError::NotFound)?;
    let of = (&activity.org_path, activity.team);
    let power = power_over(db, &ctx.principal, of).await?;
    Ok((power.ok_or(SignUpError::NotFound)?, activity, shift))
}

/// Lists the caller's sign-ups, the latest shift first.
pub(crate) async fn list_my_sign_ups(
    app: &App,
    ctx: &Ctx,
    wanted: &PageWanted,
) -> Result<Paged<SignUp>, SignUpError> {
    let after: Option<(Timestamp, SignUpId)> = wanted.after(MINE)?;
    let account = ctx.principal.account;
    let found = list_of_volunteer(app.db.reader(), account, after, wanted.rows()).await?;
    Ok(wanted.cut(MINE, found, |sign_up| (sign_up.begins_at, sign_up.id)))
}

/// Lists who signed up for a shift, to those who run its activity.
pub(crate) async fn list_sign_ups(
    app: &App,
    ctx: &Ctx,
    shift: ShiftId,
    wanted: &PageWanted,
) -> Result<Paged<SignUp>, SignUpError> {
    let after: Option<AccountId> = wanted.after(OF_SHIFT)?;
    let db = app.db.reader();
    power_at(db, ctx, shift).await?;
    let found = list_page_of_shift(db, shift, after, wanted.rows()).await?;
    Ok(wanted.cut(OF_SHIFT, found, |sign_up| sign_up.account))
}
