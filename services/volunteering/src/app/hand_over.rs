//! Who leads a group task from now on (负责人移交).

use bus::Envelope;
use kernel::{AccountId, Timestamp, Version};
use store::{StoreError, Tx, Writes};

use super::App;
use super::pass_on_places::keep_place;
use super::pass_on_tasks::save_open;
use super::standing::barred_from;
use crate::domain::standing::unfit;
use crate::domain::task::Task;
use crate::events::{self, Cause};
use crate::store::{
    Locked, Step, delete_place, delete_places, drop_position_waiting, find_place, list_places,
    list_task, load_volunteers_of, log_step, save_task,
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
    let mut left = None;
    if let Some(own) = find_place(tx, task.id, had).await? {
        delete_place(tx, task.id, had).await?;
        task.vacate(own.position);
        left = Some(own.position);
    }
    let Some(heir) = find_heir(app, tx, task, cause.now()).await? else {
        // whoever keeps out of it leads nothing, and without a lead nobody takes part
        delete_places(tx, task.id).await?;
        drop_position_waiting(&mut writes, task.id);
        task.vacate_all();
        return save_open(app, tx, cause, (task, seen, None), (writes, told)).await;
    };
    task.hand_over(heir, cause.now());
    let mut asked = Vec::new();
    if let Some(position) = left {
        let free = (&mut *task, position, cause.now());
        Box::pin(keep_place(app, tx, cause, free, (&mut writes, &mut asked))).await?;
    }
    save_task(tx, task, seen).await?;
    list_task(&mut writes, task);
    log_step(&mut writes, task, Step::Claimed, Some(heir), None);
    told.push(events::handed_over(app.ids.as_ref(), cause, task, heir));
    told.append(&mut asked);
    bus::emit_with(&mut writes, &told);
    writes.run(tx).await
}

/// The one who has taken part for longest, keeps out of nothing that it is about and may take orders' tasks by now.
async fn find_heir(
    app: &App,
    tx: &Tx,
    task: &Task,
    now: Timestamp,
) -> Result<Option<AccountId>, StoreError> {
    let places = list_places(tx, task.id).await?;
    if places.is_empty() {
        return Ok(None);
    }
    let barred = barred_from(tx, task).await?;
    let members: Vec<AccountId> = places.into_iter().map(|place| place.account).collect();
    let (rules, today) = (&app.catalogue, now.date_in(&app.catalogue.zone));
    let volunteers = load_volunteers_of(tx, &members, Locked::No).await?;
    let kept_from = volunteers
        .iter()
        .filter(|one| !unfit(rules.kind_of_tasks(), Some(one), today).is_empty());
    let kept_from: Vec<AccountId> = kept_from.map(|one| one.account).collect();
    let may = |account: &AccountId| !barred.contains(account) && !kept_from.contains(account);
    Ok(members.into_iter().find(may))
}
