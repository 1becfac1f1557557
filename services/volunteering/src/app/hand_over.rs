//! Who leads a group task from now on (负责人移交).

use bus::Envelope;
use kernel::{AccountId, Version};
use store::{StoreError, Tx, Writes};

use super::App;
use super::pass_on_tasks::save_open;
use super::standing::barred_from;
use crate::domain::task::Task;
use crate::events::{self, Cause};
use crate::store::{
    Step, delete_place, delete_places, find_place, list_places, list_task, log_step, save_task,
};

/// Saves a task that somebody has just given up, and whose row is held. In a group the one who came first leads from now
/// on, which is told after the release; else it is open again. What belongs to the release is written with it.
pub(super) async fn give_up(
    app: &App,
    tx: &Tx,
    cause: Cause<'_>,
    (task, seen, had): (&mut Task, Version, AccountId),
    (mut writes, mut told): (Writes, Vec<Envelope>),
) -> Result<(), StoreError> {
    if !task.is_group() {
        return save_open(app, tx, cause, (task, seen, None), (writes, told)).await;
    }
    if let Some(own) = find_place(tx, task.id, had).await? {
        delete_place(tx, task.id, had).await?;
        task.vacate(own.position);
    }
    let Some(heir) = find_heir(tx, task).await? else {
        // whoever keeps out of it leads nothing, and without a lead nobody takes part
        delete_places(tx, task.id).await?;
        task.vacate_all();
        return save_open(app, tx, cause, (task, seen, None), (writes, told)).await;
    };
    task.hand_over(heir, cause.now());
    save_task(tx, task, seen).await?;
    list_task(&mut writes, task);
    log_step(&mut writes, task, Step::Claimed, Some(heir), None);
    told.push(events::handed_over(app.ids.as_ref(), cause, task, heir));
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await
}

/// The one who has taken part for longest and keeps out of nothing that it is about.
async fn find_heir(tx: &Tx, task: &Task) -> Result<Option<AccountId>, StoreError> {
    let places = list_places(tx, task.id).await?;
    if places.is_empty() {
        return Ok(None);
    }
    let barred = barred_from(tx, task).await?;
    let mut members = places.into_iter().map(|place| place.account);
    Ok(members.find(|account| !barred.contains(account)))
}
