//! Dispatch of open tasks in one batch (批量派单): who could be asked for which, proposed by a search and decided by a
//! person.

mod build;
mod obstacle;
mod scene;

use kernel::{AccountId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};

pub(crate) use build::plan_dispatch;
pub(crate) use obstacle::DispatchObstacle;
pub(crate) use scene::{DispatchScene, Helper, Job};

use super::standing::Reason;

/// Most tasks of a plan.
pub(crate) const MOST_TASKS: usize = 500;

/// A task that the plan would ask somebody for, and what that costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chosen {
    pub(crate) task: TaskId,
    pub(crate) account: AccountId,
    pub(crate) costs: Vec<(Reason, i64)>,
}

/// A task that nobody is asked for, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unassigned {
    pub(crate) task: TaskId,
    /// Volunteers who might take it, were they not asked for others.
    pub(crate) able: u32,
    /// What stands against how many, the most first.
    pub(crate) reasons: Vec<(DispatchObstacle, u32)>,
}

/// Somebody who was asked when the plan was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) task: TaskId,
    pub(crate) account: AccountId,
    /// To be answered until.
    pub(crate) until: Timestamp,
}

/// What no longer fitted when the plan was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NotAsked {
    pub(crate) task: TaskId,
    pub(crate) account: AccountId,
    /// Everything that stood against it.
    pub(crate) reasons: Vec<DispatchObstacle>,
}

/// What a plan of tasks says, and what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dispatch {
    /// Price of it all, tasks without anybody included.
    pub(crate) price: i64,
    pub(crate) chosen: Vec<Chosen>,
    pub(crate) unassigned: Vec<Unassigned>,
    pub(crate) asked: Vec<Asked>,
    pub(crate) not_asked: Vec<NotAsked>,
}
