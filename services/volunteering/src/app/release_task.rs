use auth::Ctx;
use kernel::{TaskId, Text};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::hand_over::give_up;
use crate::domain::task::{ReleaseRefusal, Task};
use crate::events::{self, Cause};
use crate::store::{Step, hold_task, log_step};

/// Gives a task back.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ReleaseTask {
    pub(crate) id: TaskId,
    /// Why, for those who look after the tasks.
    pub(crate) reason: Option<Text<1, 500>>,
}

/// Why a task is not given back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReleaseError {
    #[error("no such task for the caller")]
    NotFound,
    #[error("nobody has it")]
    NotTaken,
    #[error("it has ended")]
    Closed,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ReleaseRefusal> for ReleaseError {
    fn from(refusal: ReleaseRefusal) -> Self {
        match refusal {
            ReleaseRefusal::NotForCaller => Self::NotFound,
            ReleaseRefusal::NotTaken => Self::NotTaken,
            ReleaseRefusal::Closed => Self::Closed,
        }
    }
}

impl Category for ReleaseError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "task-not-found",
                "没有这个任务",
                "there is no such task",
            ),
            Self::NotTaken => Fact::new(
                Kind::Conflict,
                "task-not-taken",
                "您尚未接此任务",
                "you have not taken this task",
            ),
            Self::Closed => Fact::new(
                Kind::Conflict,
                "task-closed",
                "任务已结束",
                "the task has ended",
            ),
            Self::OtherVersion => Fact::new(
                Kind::Precondition,
                "version-changed",
                "任务已变化，请刷新后重试",
                "the task has changed; read it again and retry",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Gives a task back: in a group the next one leads; else it is kept for those who wait for it, and then open again to
/// all it was open to.
pub(crate) async fn release_task(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &ReleaseTask,
) -> Result<Task, ReleaseError> {
    app.db
        .write("task.release", |tx| async move {
            idempotency::once(&tx, key, release(app, ctx, command, &tx)).await
        })
        .await
}

async fn release(
    app: &App,
    ctx: &Ctx,
    command: &ReleaseTask,
    tx: &Tx,
) -> Result<Task, ReleaseError> {
    // held: its list stays as it is until somebody of it is asked
    let Some(mut task) = hold_task(tx, command.id).await? else {
        return Err(ReleaseError::NotFound);
    };
    let found = task.version;
    task.release(&ctx.principal, ctx.now)?;
    if ctx.if_match.is_some_and(|seen| seen != found) {
        return Err(ReleaseError::OtherVersion);
    }
    let mut writes = Writes::default();
    let reason = command.reason.clone().map(Text::into_string);
    let account = Some(ctx.principal.account);
    log_step(&mut writes, &task, Step::Released, account, reason);
    let released = events::released(app.ids.as_ref(), ctx, &task);
    let so_far = (writes, vec![released]);
    let given = (&mut task, found, ctx.principal.account);
    Box::pin(give_up(app, tx, Cause::Caller(ctx), given, so_far)).await?;
    Ok(task)
}
