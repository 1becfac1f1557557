use bus::Envelope;
use contracts::ticketing::OrderOffered;
use kernel::IdSourceExt;
use store::{StoreError, Tx};

use super::App;
use super::close_tasks::close;
use crate::domain::task::{OfferOutcome, Task, TaskState};
use crate::events;
use crate::store::{
    Step, find_of_round, hide_task, insert_task, list_running, log_step, save_task, show_task,
};

/// Opens the task of an offered order and round, or brings it up to date.
pub(crate) async fn open_task(
    app: &App,
    tx: &Tx,
    cause: &Envelope,
    offer: OrderOffered,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    // a round that nobody recalled ends with the next one
    for task in list_running(tx, offer.order_id).await? {
        if task.round < offer.round {
            close(tx, task, now).await?;
        }
    }
    let task = match find_of_round(tx, offer.order_id, offer.round).await? {
        None => {
            let task = Task::open(app.ids.next(), offer, now);
            insert_task(tx, &task).await?;
            task
        }
        Some(known) => {
            let mut task = known.clone();
            if task.offer_again(offer, now) == OfferOutcome::Unchanged {
                return Ok(());
            }
            if known.state == TaskState::Open {
                hide_task(tx, &known).await?;
            }
            save_task(tx, &task, known.version).await?;
            task
        }
    };
    show_task(tx, &task).await?;
    log_step(tx, &task, Step::Opened, None, None).await?;
    bus::emit(tx, vec![events::opened(app.ids.as_ref(), cause, &task)]).await
}
