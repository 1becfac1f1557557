use auth::Ctx;
use kernel::{TaskId, Timestamp};
use problem::{Category, Fact, Kind};
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::invitations::with_unmet;
use super::seen_task::mark_team_mate;
use super::standing::{unfit_for_tasks, unmet_by};
use crate::domain::standing::Requirement;
use crate::domain::task::{ClaimRefusal, Task};
use crate::events;
use crate::store::{
    Step, drop_own_waiting, find_task, find_volunteer_of, hold_claimant, list_task, log_step,
    take_task,
};

/// Why a task is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClaimError {
    #[error("no such task for the caller")]
    NotFound,
    #[error("the caller asked for it")]
    OwnOrder,
    #[error("someone has it")]
    Taken,
    #[error("it is kept for somebody else until {until}")]
    Kept { until: Timestamp },
    #[error("it has ended")]
    Closed,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("rules are not met: {0:?}")]
    Unmet(Vec<Requirement>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ClaimRefusal> for ClaimError {
    fn from(refusal: ClaimRefusal) -> Self {
        match refusal {
            ClaimRefusal::NotForCaller => Self::NotFound,
            ClaimRefusal::OwnOrder => Self::OwnOrder,
            ClaimRefusal::Taken => Self::Taken,
            ClaimRefusal::Kept { until } => Self::Kept { until },
            ClaimRefusal::Closed => Self::Closed,
        }
    }
}

impl Category for ClaimError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "task-not-found",
                "没有这个任务",
                "there is no such task",
            ),
            Self::OwnOrder => Fact::new(
                Kind::Forbidden,
                "own-order",
                "不能承接自己提出的诉求",
                "the one who asked cannot take the task",
            ),
            Self::Taken => Fact::new(
                Kind::Conflict,
                "task-taken",
                "任务已被接单",
                "the task has been taken",
            ),
            Self::Kept { until } => Fact::new(
                Kind::Conflict,
                "task-kept",
                format!("任务按候补次序为他人保留至 {until}，可以加入候补"),
                format!("the task is kept until {until} for those who wait; you may wait as well"),
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
            Self::Unmet(rules) => with_unmet(
                Fact::new(
                    Kind::Conflict,
                    "claim-not-allowed",
                    "您目前不符合接单条件",
                    "you do not meet the rules of taking tasks now",
                ),
                rules,
            ),
            Self::Store(error) => error.fact(),
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
    let exclusions = exclusions::list_of(tx, ctx.principal.account).await?;
    if task.is_barred_by(&exclusions) {
        return Err(ClaimError::NotFound);
    }
    let found = task.version;
    mark_team_mate(tx, ctx.principal.account, std::slice::from_mut(&mut task)).await?;
    task.claim(&ctx.principal, ctx.now)?;
    if ctx.if_match.is_some_and(|seen| seen != found) {
        return Err(ClaimError::OtherVersion);
    }
    let rules = &app.catalogue.task;
    let who = (ctx.principal.account, ctx.now);
    let limited = rules.limit_claims(task.category.as_deref());
    // one claim of a person at a time, so that two of them do not both see room for one; and none beside a suspension,
    // which takes back what it sees
    let unmet = if limited {
        hold_claimant(tx, ctx.principal.account).await?;
        Box::pin(unmet_by(app, tx, &task, who)).await?
    } else if find_volunteer_of(tx, ctx.principal.account)
        .await?
        .is_some()
    {
        hold_claimant(tx, ctx.principal.account).await?;
        unfit_for_tasks(app, tx, who).await?
    } else {
        // people who are no volunteers take tasks by their role
        Vec::new()
    };
    if !unmet.is_empty() {
        return Err(ClaimError::Unmet(unmet));
    }
    // the update decides: where transactions run side by side, another may have won since the read
    if !take_task(tx, &task, found).await? {
        return Err(ClaimError::Taken);
    }
    let mut writes = Writes::default();
    // a group task with free places is there for others
    list_task(&mut writes, &task);
    drop_own_waiting(&mut writes, id, ctx.principal.account);
    let account = Some(ctx.principal.account);
    log_step(&mut writes, &task, Step::Claimed, account, None);
    bus::emit_with(
        &mut writes,
        &[events::claimed(app.ids.as_ref(), ctx, &task)],
    );
    writes.run(tx).await?;
    Ok(task)
}
