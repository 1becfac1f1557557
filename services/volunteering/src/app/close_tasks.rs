use kernel::{OrderId, Timestamp};
use store::{StoreError, Tx};

use super::App;
use crate::domain::task::{Task, TaskState};
use crate::store::{Step, hide_task, list_running, log_step, record_service, save_task};

/// Ends an order's tasks: those that wait are cancelled, those that someone has are done.
pub(crate) async fn close_tasks(app: &App, tx: &Tx, order_id: OrderId) -> Result<(), StoreError> {
    let now = app.clock.now();
    for task in list_running(tx, order_id).await? {
        close(tx, task, now).await?;
    }
    Ok(())
}

pub(super) async fn close(tx: &Tx, mut task: Task, now: Timestamp) -> Result<(), StoreError> {
    let (before, seen) = (task.state, task.version);
    task.close(now);
    save_task(tx, &task, seen).await?;
    if before == TaskState::Open {
        hide_task(tx, &task).await?;
    }
    log_step(tx, &task, Step::Closed, task.claimed_by, None).await?;
    if let (Some(volunteer), Some(began_at)) = (task.claimed_by, task.claimed_at) {
        record_service(tx, &task, volunteer, began_at).await?;
    }
    Ok(())
}
