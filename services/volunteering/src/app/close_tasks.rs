use kernel::{OrderId, Timestamp};
use store::{StoreError, Tx, Writes};

use super::App;
use super::note_figures::note_task;
use super::record_service::record_service;
use crate::domain::hours::{GivenService, ServedIn};
use crate::domain::statistics::day_number;
use crate::domain::task::Task;
use crate::store::{
    Step, drop_waiting, finish_places, hide_task, list_of_order, list_places, log_step, save_task,
};

/// Ends an order's tasks: those that wait are cancelled, those that someone has are done.
pub(crate) async fn close_tasks(app: &App, tx: &Tx, order_id: OrderId) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut writes = Writes::default();
    for task in list_of_order(tx, order_id).await? {
        if task.is_running() {
            close(app, (tx, &mut writes), task, now).await?;
        }
    }
    writes.run(tx).await
}

pub(super) async fn close(
    app: &App,
    (tx, writes): (&Tx, &mut Writes),
    mut task: Task,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (listed, seen) = (task.is_listed(), task.version);
    task.close(now);
    save_task(tx, &task, seen).await?;
    if listed {
        hide_task(writes, &task);
    }
    drop_waiting(writes, task.id);
    log_step(writes, &task, Step::Closed, task.claimed_by, None);
    let day = day_number(now.date_in(&app.catalogue.zone));
    let taken = task.claimed_by.is_some();
    note_task(app, writes, &task.org_path, (day, taken));
    let mut took_part = Vec::new();
    if task.is_group() {
        let places = list_places(tx, task.id).await?.into_iter();
        took_part.extend(places.map(|place| (place.account, place.since)));
        finish_places(writes, task.id);
    }
    if let (Some(volunteer), Some(began_at)) = (task.claimed_by, task.claimed_at)
        && took_part.iter().all(|(account, _)| *account != volunteer)
    {
        took_part.push((volunteer, began_at));
    }
    for (volunteer, began_at) in took_part {
        let served = GivenService {
            served_in: ServedIn::Task(task.id),
            volunteer,
            org_path: task.org_path.clone(),
            kind: app.catalogue.task_hours.kind.clone(),
            title: None,
            began_at,
            ended_at: now,
            at: now,
        };
        record_service(app, writes, served);
    }
    Ok(())
}
