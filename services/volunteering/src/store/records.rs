//! What happened to a task: appended, never changed here.

use kernel::AccountId;
use sea_orm::ActiveValue::Set;
use store::Writes;

use super::tables::claim_log;
use crate::domain::task::Task;

/// A step in the life of a task.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// It was offered.
    Opened,
    /// Someone took it.
    Claimed,
    /// Someone gave it back.
    Released,
    /// It was taken back from someone silent.
    TakenBack,
    /// Somebody of its list said no or nothing: the next is asked, or it is open to all.
    PassedOn,
    /// It was said which positions it has.
    Grouped,
    /// Someone took one of its positions.
    Joined,
    /// Someone left their position.
    Left,
    /// It ended.
    Closed,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Claimed => "claimed",
            Self::Released => "released",
            Self::TakenBack => "taken_back",
            Self::PassedOn => "passed_on",
            Self::Grouped => "grouped",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Closed => "closed",
        }
    }
}

/// Appends the step that led to the task's version.
pub(crate) fn log_step(
    writes: &mut Writes,
    task: &Task,
    step: Step,
    account: Option<AccountId>,
    reason: Option<String>,
) {
    writes.insert([claim_log::ActiveModel {
        task_id: Set(task.id),
        version: Set(task.version),
        step: Set(step.name().to_owned()),
        account: Set(account),
        reason: Set(reason),
        at: Set(task.updated_at),
    }]);
}
