//! Who helps. Emitted by volunteering.

use kernel::{AccountId, OrderId, OrgPath, Role, TaskId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A task waits for someone to take it (待接单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskOpened {
    /// The task.
    pub task_id: TaskId,
    /// The order behind it.
    pub order_id: OrderId,
    /// The order's human number.
    pub number: String,
    /// Where help is needed.
    pub org_path: OrgPath,
    /// Roles whose holders may take it.
    pub roles: Vec<Role>,
}

/// Someone took a task (接单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskClaimed {
    /// The task.
    pub task_id: TaskId,
    /// The order behind it.
    pub order_id: OrderId,
    /// Who took it.
    pub volunteer: AccountId,
}

/// Someone gave a task back (退回).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskReleased {
    /// The task.
    pub task_id: TaskId,
    /// The order behind it.
    pub order_id: OrderId,
    /// Who gave it back.
    pub volunteer: AccountId,
}

crate::events! {
    TaskOpened => "linli.volunteering.task.opened.v1",
    TaskClaimed => "linli.volunteering.task.claimed.v1",
    TaskReleased => "linli.volunteering.task.released.v1",
}
