//! Group tasks (多岗位任务): dispatchers say which positions there are, people take and leave them.

use std::collections::BTreeSet;

use auth::Ctx;
use kernel::{AccountId, TaskId, Timestamp};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::claim_task::ClaimError;
use super::group_error::GroupError;
use super::pass_on_places::keep_place;
use super::seen_task::{SeenTask, mark_team_mate};
use super::standing::unmet_by_for;
use crate::domain::group::{PlaceState, TaskPlace, TaskPosition};
use crate::domain::invitation::InvitationState;
use crate::domain::runner::runs;
use crate::domain::task::Task;
use crate::domain::waiting::LEADING;
use crate::events::Cause;
use crate::store::{
    Step, delete_place, drop_own_waiting, find_invitation, find_kept_place, find_place, find_task,
    find_waiting_of, hold_claimant, hold_task, list_places, list_task, log_step, put_invitation,
    put_place, save_task,
};

/// A position as a dispatcher describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DescribedPosition {
    pub(crate) name: String,
    pub(crate) needed: u32,
    pub(crate) skills: BTreeSet<String>,
}

/// Says which positions a task has.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SetPositions {
    pub(crate) task: TaskId,
    pub(crate) positions: Vec<DescribedPosition>,
}

/// Sets the positions of a task that nobody has yet, for dispatchers of its place.
pub(crate) async fn set_positions(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &SetPositions,
) -> Result<Task, GroupError> {
    app.db
        .write("task.set_positions", |tx| async move {
            idempotency::once(&tx, key, set(app, ctx, command, &tx)).await
        })
        .await
}

async fn set(app: &App, ctx: &Ctx, command: &SetPositions, tx: &Tx) -> Result<Task, GroupError> {
    let found = hold_task(tx, command.task).await?;
    let found = found.filter(|task| runs(&ctx.principal, &task.org_path));
    let mut task = found.ok_or(ClaimError::NotFound)?;
    let seen = task.version;
    if ctx.if_match.is_some_and(|expected| expected != seen) {
        return Err(ClaimError::OtherVersion.into());
    }
    let positions = (1..).zip(&command.positions);
    let positions = positions.map(|(number, described)| numbered(app, number, described));
    let positions: Result<Vec<TaskPosition>, GroupError> = positions.collect();
    task.set_positions(positions?, ctx.now)?;
    save_task(tx, &task, seen).await?;
    let mut writes = Writes::default();
    let account = Some(ctx.principal.account);
    log_step(&mut writes, &task, Step::Grouped, account, None);
    writes.run(tx).await?;
    Ok(task)
}

fn numbered(
    app: &App,
    number: u32,
    described: &DescribedPosition,
) -> Result<TaskPosition, GroupError> {
    let known = &app.catalogue.skills;
    if described
        .skills
        .iter()
        .any(|skill| !known.contains_key(skill))
    {
        let index = number.saturating_sub(1);
        return Err(GroupError::Unknown(format!("/positions/{index}/skills")));
    }
    Ok(TaskPosition {
        number,
        name: described.name.clone(),
        needed: described.needed,
        skills: described.skills.clone(),
        taken: 0,
    })
}

/// Lets the caller take a position of a task that somebody leads: of all who try, as many win as it needs.
pub(crate) async fn claim_position(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    which: (TaskId, u32),
) -> Result<SeenTask, GroupError> {
    app.db
        .write("task.claim_position", |tx| async move {
            idempotency::once(&tx, key, Box::pin(fill(app, ctx, which, &tx))).await
        })
        .await
}

async fn fill(
    app: &App,
    ctx: &Ctx,
    (id, number): (TaskId, u32),
    tx: &Tx,
) -> Result<SeenTask, GroupError> {
    let account = ctx.principal.account;
    // one claim of a person at a time, then one of the task: in this order everywhere
    hold_claimant(tx, account).await?;
    let mut task = hold_task(tx, id).await?.ok_or(ClaimError::NotFound)?;
    if !task.is_of(account) && task.is_barred_by(&exclusions::list_of(tx, account).await?) {
        return Err(ClaimError::NotFound.into());
    }
    let seen = task.version;
    mark_team_mate(tx, ctx.principal.account, std::slice::from_mut(&mut task)).await?;
    let skills = &task.find_position(&ctx.principal, number)?.skills;
    let skills: Vec<String> = skills.iter().cloned().collect();
    if find_place(tx, id, account).await?.is_some() {
        return Err(GroupError::HasOne);
    }
    if ctx.if_match.is_some_and(|expected| expected != seen) {
        return Err(ClaimError::OtherVersion.into());
    }
    let leads = task.is_of(account);
    match find_kept_place(tx, id, account).await? {
        Some(kept) if kept.position == number => task.take_kept(ctx.now),
        // of what else is kept for them they take leave first
        Some(_) => return Err(GroupError::HasOne),
        None => task.fill(number, ctx.now)?,
    }
    let who = (account, ctx.now);
    let mut unmet = unmet_by_for(app, tx, (&task, &skills), who).await?;
    // whoever leads it has it already: it is no other task
    unmet.retain(|rule| !leads || !rule.is_about_load());
    if !unmet.is_empty() {
        return Err(ClaimError::Unmet(unmet).into());
    }
    save_task(tx, &task, seen).await?;
    let mut writes = Writes::default();
    let place = TaskPlace {
        task: id,
        account,
        position: number,
        state: PlaceState::Held,
        ticket: task.version.get(),
        since: ctx.now,
        until: None,
    };
    put_place(&mut writes, &place);
    note_taken(tx, (id, account), ctx.now).await?;
    let waits = find_waiting_of(tx, id, account).await?;
    if waits.is_some_and(|waits| waits.position != LEADING) {
        drop_own_waiting(&mut writes, id, account);
    }
    list_task(&mut writes, &task);
    log_step(&mut writes, &task, Step::Joined, Some(account), None);
    writes.run(tx).await?;
    Ok(SeenTask {
        position: Some(number),
        ..task.into()
    })
}

/// Notes that somebody has taken the place that they were asked for.
async fn note_taken(
    tx: &Tx,
    (task, account): (TaskId, AccountId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let found = find_invitation(tx, task, account).await?;
    if let Some(mut invitation) = found.filter(|found| found.position.is_some()) {
        invitation.state = InvitationState::Claimed;
        invitation.updated_at = now;
        put_invitation(tx, &invitation).await?;
    }
    Ok(())
}

/// Lets the caller leave their position.
pub(crate) async fn release_position(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    which: (TaskId, u32),
) -> Result<SeenTask, GroupError> {
    app.db
        .write("task.release_position", |tx| async move {
            idempotency::once(&tx, key, Box::pin(leave(app, ctx, which, &tx))).await
        })
        .await
}

async fn leave(
    app: &App,
    ctx: &Ctx,
    (id, number): (TaskId, u32),
    tx: &Tx,
) -> Result<SeenTask, GroupError> {
    let account = ctx.principal.account;
    let mut task = hold_task(tx, id).await?.ok_or(ClaimError::NotFound)?;
    let seen = task.version;
    let own = find_place(tx, id, account).await?;
    let Some(own) = own.filter(|own| own.position == number) else {
        // says what else stands in the way, and nothing to those whose business it is not
        task.find_position(&ctx.principal, number)?;
        return Err(GroupError::NotOwn);
    };
    if ctx.if_match.is_some_and(|expected| expected != seen) {
        return Err(ClaimError::OtherVersion.into());
    }
    leave_place(app, ctx, tx, (&mut task, &own)).await?;
    Ok(task.into())
}

/// Ends a place that somebody fills, in a task whose row is held; whoever waits for the position is asked.
pub(super) async fn leave_place(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    (task, own): (&mut Task, &TaskPlace),
) -> Result<(), StoreError> {
    let seen = task.version;
    task.leave(own.position, ctx.now);
    delete_place(tx, task.id, own.account).await?;
    let (mut writes, mut told) = (Writes::default(), Vec::new());
    let free = (&mut *task, own.position, ctx.now);
    let so_far = (&mut writes, &mut told);
    Box::pin(keep_place(app, tx, Cause::Caller(ctx), free, so_far)).await?;
    save_task(tx, task, seen).await?;
    list_task(&mut writes, task);
    log_step(&mut writes, task, Step::Left, Some(own.account), None);
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await
}

/// Shows dispatchers of the place who fills which position of a task.
pub(crate) async fn list_positions(
    app: &App,
    ctx: &Ctx,
    id: TaskId,
) -> Result<(Task, Vec<TaskPlace>), GroupError> {
    let db = app.db.reader();
    let task = find_task(db, id).await?;
    let task = task.filter(|task| runs(&ctx.principal, &task.org_path));
    let task = task.ok_or(ClaimError::NotFound)?;
    let places = if task.is_group() {
        list_places(db, id).await?
    } else {
        Vec::new()
    };
    Ok((task, places))
}

#[cfg(test)]
mod tests;
