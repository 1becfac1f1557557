//! What happened to a task and the service given: appended, never changed here.

use kernel::{AccountId, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use store::{StoreError, Tx};

use super::tables::{claim_log, service_record};
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
    /// It ended.
    Closed,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Claimed => "claimed",
            Self::Released => "released",
            Self::Closed => "closed",
        }
    }
}

/// Appends the step that led to the task's version.
pub(crate) async fn log_step(
    tx: &Tx,
    task: &Task,
    step: Step,
    account: Option<AccountId>,
    reason: Option<String>,
) -> Result<(), StoreError> {
    claim_log::Entity::insert(claim_log::ActiveModel {
        task_id: Set(task.id),
        version: Set(task.version),
        step: Set(step.name().to_owned()),
        account: Set(account),
        reason: Set(reason),
        at: Set(task.updated_at),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// Records service given; its minutes wait for confirmation (待确认).
pub(crate) async fn record_service(
    tx: &Tx,
    task: &Task,
    volunteer: AccountId,
    began_at: Timestamp,
) -> Result<(), StoreError> {
    service_record::Entity::insert(service_record::ActiveModel {
        task_id: Set(task.id),
        version: Set(task.version),
        volunteer: Set(volunteer),
        began_at: Set(began_at),
        ended_at: Set(task.updated_at),
        minutes: Set(None),
        state: Set("pending".to_owned()),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(())
}
