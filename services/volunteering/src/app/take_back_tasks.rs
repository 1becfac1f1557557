use auth::Ctx;
use kernel::{TaskId, Timestamp};
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::hand_over::give_up;
use super::release_task::ReleaseError;
use super::seen_task::{SeenTask, see_one};
use crate::domain::standing::Silence;
use crate::domain::task::{Task, TaskState};
use crate::events::{self, Cause, TakenBack};
use crate::store::{
    Step, Watch, drop_watch, find_task, hold_task, hold_watch, list_unwatched, list_watches_due,
    log_step, put_watch,
};

/// Tasks looked at in one go.
const BATCH: u64 = 200;

/// Reminds those who have had a task in silence, and takes tasks back where nothing was heard after it (催办后收回):
/// they are open again, to those who wait for them first. Tells how many it did something about. Nothing where the rules set no limit.
pub(crate) async fn take_back_tasks(app: &App) -> Result<u64, StoreError> {
    let Some(silence) = app.catalogue.task.silence() else {
        return Ok(0);
    };
    let (db, now) = (app.db.reader(), app.clock.now());
    let mut due = list_unwatched(db, now.minus(silence.first), BATCH).await?;
    due.extend(list_watches_due(db, now, BATCH).await?);
    let mut done = 0;
    for id in due {
        match look_at(app, id, (silence, now)).await {
            Ok(changed) => done += u64::from(changed),
            // whoever has it has just given it back, or done it
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

async fn look_at(
    app: &App,
    id: TaskId,
    (silence, now): (Silence, Timestamp),
) -> Result<bool, StoreError> {
    app.db
        .write("task.silence", |tx| async move {
            let watch = hold_watch(&tx, id).await?;
            let found = hold_task(&tx, id).await?;
            let running = found.filter(|task| task.state == TaskState::Claimed);
            let Some((task, since)) =
                running.and_then(|task| Some((task.clone(), task.claimed_at?)))
            else {
                drop_watch(&tx, id).await?;
                return Ok(false);
            };
            let stale = watch.is_some_and(|watch| watch.claimed_at != since);
            let own = watch.filter(|watch| watch.claimed_at == since);
            let watch = own.unwrap_or(Watch {
                task: id,
                claimed_at: since,
                due_at: since.plus(silence.first),
                reminded: !silence.reminds,
            });
            if watch.due_at > now {
                if stale {
                    // of a claim before: it must not come up again and again
                    put_watch(&tx, &watch).await?;
                }
                return Ok(false);
            }
            if watch.reminded {
                return take_back(app, task, now, &tx).await;
            }
            remind(app, (&task, watch), (silence, now), &tx).await
        })
        .await
}

async fn remind(
    app: &App,
    (task, watch): (&Task, Watch),
    (silence, now): (Silence, Timestamp),
    tx: &Tx,
) -> Result<bool, StoreError> {
    let Some(volunteer) = task.claimed_by else {
        return Ok(false);
    };
    // counted from now: whoever is reminded late has as much time as others
    let due_at = now.plus(silence.then);
    let watch = Watch {
        due_at,
        reminded: true,
        ..watch
    };
    put_watch(tx, &watch).await?;
    let told = events::reminded(app.ids.as_ref(), task, volunteer, (due_at, now));
    let mut writes = Writes::default();
    bus::emit_with(&mut writes, &[told]);
    writes.run(tx).await?;
    Ok(true)
}

async fn take_back(app: &App, mut task: Task, now: Timestamp, tx: &Tx) -> Result<bool, StoreError> {
    let seen = task.version;
    let Some(had) = task.take_back(now) else {
        return Ok(false);
    };
    drop_watch(tx, task.id).await?;
    let mut writes = Writes::default();
    log_step(&mut writes, &task, Step::TakenBack, Some(had), None);
    let (ids, cause) = (app.ids.as_ref(), Cause::Job(now));
    let taken_back = events::taken_back(ids, cause, &task, (had, TakenBack::Silence));
    let so_far = (writes, vec![taken_back]);
    let given = (&mut task, seen, had);
    Box::pin(give_up(app, tx, cause, given, so_far)).await?;
    Ok(true)
}

/// Lets whoever has a task say that they are at it (报告进展): their time begins anew.
pub(crate) async fn report_progress(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    id: TaskId,
) -> Result<SeenTask, ReleaseError> {
    app.db
        .write("task.report", |tx| async move {
            let effect = async {
                let held = hold_watch(&tx, id).await?;
                let found = find_task(&*tx, id).await?;
                let own = found.filter(|task| task.is_of(ctx.principal.account));
                let task = own.ok_or(ReleaseError::NotFound)?;
                let (TaskState::Claimed, Some(claimed_at)) = (task.state, task.claimed_at) else {
                    return Err(ReleaseError::Closed);
                };
                if let Some(silence) = app.catalogue.task.silence() {
                    let watch = Watch {
                        task: id,
                        claimed_at,
                        due_at: ctx.now.plus(silence.first),
                        reminded: !silence.reminds,
                    };
                    put_watch(&tx, &watch).await?;
                } else if held.is_some() {
                    drop_watch(&tx, id).await?;
                }
                Ok(see_one(&*tx, ctx.principal.account, task).await?)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}
