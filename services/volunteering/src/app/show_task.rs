use auth::Ctx;
use kernel::TaskId;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::App;
use super::seen_task::{SeenTask, see_one};
use crate::store::find_task;

/// Why a task is not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowError {
    #[error("no such task for the caller")]
    NotFound,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ShowError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "task-not-found",
                "没有这个任务",
                "there is no such task",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Shows a task that is open to the caller, or that the caller has or takes part in.
pub(crate) async fn show_task(app: &App, ctx: &Ctx, id: TaskId) -> Result<SeenTask, ShowError> {
    let (db, account) = (app.db.reader(), ctx.principal.account);
    let task = find_task(db, id).await?.ok_or(ShowError::NotFound)?;
    let seen = see_one(db, account, task).await?;
    let own = seen.is_of(account);
    if !own && seen.kept.is_none() && !seen.task.is_visible_to(&ctx.principal) {
        return Err(ShowError::NotFound);
    }
    // whoever has it may give it back, whatever came between
    if !own
        && seen
            .task
            .is_barred_by(&exclusions::list_of(db, account).await?)
    {
        return Err(ShowError::NotFound);
    }
    Ok(seen)
}
