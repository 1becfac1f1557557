//! Use-cases: permission, transaction, events.

mod claim_task;
mod close_tasks;
mod list_tasks;
mod open_task;
mod release_task;
mod show_task;

use std::sync::Arc;

use chassis::Deps;
use kernel::{Clock, IdSource};
use store::Database;

pub(crate) use claim_task::claim_task;
pub(crate) use close_tasks::close_tasks;
pub(crate) use list_tasks::{ListTasks, WhichTasks, list_tasks};
pub(crate) use open_task::open_task;
pub(crate) use release_task::{ReleaseTask, release_task};
pub(crate) use show_task::show_task;

/// What the use-cases work with.
pub(crate) struct App {
    pub(crate) db: Database,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl App {
    pub(crate) fn new(deps: Deps) -> Self {
        Self {
            db: deps.db,
            ids: deps.ids,
            clock: deps.clock,
        }
    }
}
