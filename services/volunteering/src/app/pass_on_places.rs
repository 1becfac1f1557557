//! A place of a position that becomes free is kept for the waiting list of the position first (岗位候补递补): one after the
//! other is asked, then it is there for all. A place that is kept counts as taken, so that no position is over-full.

use bus::Envelope;
use kernel::{AccountId, TaskId, Timestamp};
use store::{StoreError, Tx, Writes};

use super::App;
use super::pass_on_tasks::{ask, next_in_line};
use crate::domain::group::{PlaceState, TaskPlace};
use crate::domain::task::{Task, TaskState};
use crate::events::{self, Cause};
use crate::store::{
    Step, delete_place, find_kept_place, hold_task, list_task, log_step, put_place, save_task,
};

/// Keeps a place that has just become free, in a task whose row is held and saved by the caller, for the first who waits
/// for the position and still may take it.
pub(super) async fn keep_place(
    app: &App,
    tx: &Tx,
    cause: Cause<'_>,
    (task, position, free_since): (&mut Task, u32, Timestamp),
    (writes, told): (&mut Writes, &mut Vec<Envelope>),
) -> Result<(), StoreError> {
    let now = cause.now();
    if task.state != TaskState::Claimed {
        return Ok(());
    }
    let Some(account) = next_in_line(app, tx, (task, position), now).await? else {
        return Ok(());
    };
    let precedence = app.catalogue.task.precedence();
    let list_until = precedence.ends(None, free_since);
    let Some(hold) = precedence.keep(account, list_until, now) else {
        return Ok(());
    };
    let invitation = ask(tx, (task.id, position), hold, now).await?;
    task.reserve(position);
    let place = TaskPlace {
        task: task.id,
        account,
        position,
        state: PlaceState::Kept,
        ticket: task.version.get(),
        since: free_since,
        until: Some(hold.until),
    };
    put_place(writes, &place);
    told.push(events::invited(app.ids.as_ref(), cause, task, &invitation));
    Ok(())
}

/// Asks the next after the one for whom a place is kept, in a task whose row is held.
pub(super) async fn pass_on_place(
    app: &App,
    tx: &Tx,
    cause: Cause<'_>,
    (task, kept): (&mut Task, &TaskPlace),
) -> Result<(), StoreError> {
    let seen = task.version;
    task.leave(kept.position, cause.now());
    delete_place(tx, task.id, kept.account).await?;
    let (mut writes, mut told) = (Writes::default(), Vec::new());
    let free = (&mut *task, kept.position, kept.since);
    keep_place(app, tx, cause, free, (&mut writes, &mut told)).await?;
    save_task(tx, task, seen).await?;
    list_task(&mut writes, task);
    log_step(&mut writes, task, Step::PassedOn, Some(kept.account), None);
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await
}

/// Ends the time of somebody who was asked for a place and said nothing.
pub(super) async fn lapse_place(
    app: &App,
    (id, account): (TaskId, AccountId),
    now: Timestamp,
) -> Result<bool, StoreError> {
    app.db
        .write("task.pass_on_place", |tx| async move {
            let Some(mut task) = hold_task(&tx, id).await? else {
                return Ok(false);
            };
            let kept = find_kept_place(&*tx, id, account).await?;
            let due = |kept: &TaskPlace| kept.until.is_some_and(|until| until <= now);
            let Some(kept) = kept.filter(due) else {
                return Ok(false);
            };
            Box::pin(pass_on_place(app, &tx, Cause::Job(now), (&mut task, &kept))).await?;
            Ok(true)
        })
        .await
}

#[cfg(test)]
mod tests;
