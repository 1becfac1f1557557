//! Who helps. Emitted by volunteering.

use kernel::{AccountId, OrderId, OrgPath, Role, TaskId, VolunteerId};
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

/// A volunteer registered, was certified, was suspended or went to another home (志愿者变动).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VolunteerChanged {
    /// The volunteer.
    pub volunteer_id: VolunteerId,
    /// The account.
    pub volunteer: AccountId,
    /// Home community or unit.
    pub home: OrgPath,
    /// State: `registered`, `certified` or `suspended`.
    pub state: String,
}

crate::events! {
    TaskOpened => "linli.volunteering.task.opened.v1",
    TaskClaimed => "linli.volunteering.task.claimed.v1",
    TaskReleased => "linli.volunteering.task.released.v1",
    VolunteerChanged => "linli.volunteering.volunteer.changed.v1",
}
