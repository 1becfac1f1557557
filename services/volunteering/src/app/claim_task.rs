use auth::Ctx;
use kernel::TaskId;
use problem::{Category, Kind, Message};
use store::{IdempotencyKey, StoreError, Tx, idempotency};

use super::App;
use crate::domain::task::{ClaimRefusal, Task};
use crate::events;
use crate::store::{Step, find_task, hide_task, log_step, take_task};

/// Why a task is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClaimError {
    #[error("no such task for the caller")]
    NotFound,
    #[error("the caller asked for it")]
    OwnOrder,
    #[error("someone has it")]
    Taken,
    #[error("it has ended")]
    Closed,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ClaimRefusal> for ClaimError {
    fn from(refusal: ClaimRefusal) -> Self {
        match refusal {
            ClaimRefusal::NotForCaller => Self::NotFound,
            ClaimRefusal::OwnOrder => Self::OwnOrder,
            ClaimRefusal::Taken => Self::Taken,
            ClaimRefusal::Closed => Self::Closed,
        }
    }
}

impl Category for ClaimError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::OwnOrder => Kind::Forbidden,
            Self::Taken | Self::Closed => Kind::Conflict,
            Self::OtherVersion => Kind::Precondition,
            Self::Store(error) => error.kind(),
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::NotFound => "task-not-found",
            Self::OwnOrder => "own-order",
            Self::Taken => "task-taken",
            Self::Closed => "task-closed",
            Self::OtherVersion => "version-changed",
            Self::Store(error) => error.slug(),
        }
    }

    fn detail(&self) -> Message {
        match self {
            Self::NotFound => Message::fixed("没有这个任务", "there is no such task"),
            Self::OwnOrder => Message::fixed(
                "不能承接自己提出的诉求",
                "the one who asked cannot take the task",
            ),
            Self::Taken => Message::fixed("任务已被接单", "the task has been taken"),
            Self::Closed => Message::fixed("任务已结束", "the task has ended"),
            Self::OtherVersion => Message::fixed(
                "任务已变化，请刷新后重试",
                "the task has changed; read it again and retry",
            ),
            Self::Store(error) => error.detail(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

/// Takes a task: of all who try, one wins.
pub(crate) async fn claim_task(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    id: TaskId,
) -> Result<Task, ClaimError> {
    app.db
        .write("task.claim", |tx| async move {
            idempotency::once(&tx, key, claim(app, ctx, id, &tx)).await
        })
        .await
}

async fn claim(app: &App, ctx: &Ctx, id: TaskId, tx: &Tx) -> Result<Task, ClaimError> {
    let Some(mut task) = find_task(tx, id).await? else {
        return Err(ClaimError::NotFound);
    };
    let found = task.version;
    task.claim(&ctx.principal, ctx.now)?;
    if ctx.if_match.is_some_and(|seen| seen != found) {
        return Err(ClaimError::OtherVersion);
    }
    // the update decides: where transactions run side by side, another may have won since the read
    if !take_task(tx, &task, found).await? {
        return Err(ClaimError::Taken);
    }
    hide_task(tx, &task).await?;
    log_step(tx, &task, Step::Claimed, Some(ctx.principal.account), None).await?;
    bus::emit(tx, vec![events::claimed(app.ids.as_ref(), ctx, &task)]).await?;
    Ok(task)
}
