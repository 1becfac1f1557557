use auth::Ctx;
use kernel::TaskId;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::App;
use crate::domain::task::Task;
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

/// Shows a task that is open to the caller, or that the caller has.
pub(crate) async fn show_task(app: &App, ctx: &Ctx, id: TaskId) -> Result<Task, ShowError> {
    let (db, account) = (app.db.reader(), ctx.principal.account);
    let found = find_task(db, id).await?;
    let found = found.filter(|task| task.is_visible_to(&ctx.principal));
    let task = found.ok_or(ShowError::NotFound)?;
    // whoever has it may give it back, whatever came between
    if !task.is_of(account) && task.is_barred_by(&exclusions::list_of(db, account).await?) {
        return Err(ShowError::NotFound);
    }
    Ok(task)
}
