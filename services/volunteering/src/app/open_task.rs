use bus::Envelope;
use contracts::ticketing::OrderOffered;
use kernel::IdSourceExt;
use store::{StoreError, Tx, Writes};

use super::App;
use super::close_tasks::close;
use crate::domain::task::{OfferOutcome, Task};
use crate::events;
use crate::store::{
    Step, drop_waiting, hide_task, insert_task, list_of_order, log_step, save_offered, show_task,
};

/// Opens the task of an offered order and round, or brings it up to date.
pub(crate) async fn open_task(
    app: &App,
    tx: &Tx,
    cause: &Envelope,
    offer: OrderOffered,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut writes = Writes::default();
    let mut known = None;
    for task in list_of_order(tx, offer.order_id).await? {
        if task.round == offer.round {
            known = Some(task);
        } else if task.round < offer.round && task.is_running() {
            // a round that nobody recalled ends with the next one
            close(app, (tx, &mut writes), task, now).await?;
        }
    }
    let task = match known {
        None => {
            let task = Task::open(app.ids.next(), offer, now);
            insert_task(&mut writes, &task);
            task
        }
        Some(known) => {
            let mut task = known.clone();
            if task.offer_again(offer, now) == OfferOutcome::Unchanged {
                return writes.run(tx).await;
            }
            if known.is_listed() {
                hide_task(&mut writes, &known);
            }
            // it may be meant for others now: nobody is asked before them
            drop_waiting(&mut writes, known.id);
            save_offered(tx, &task, &known).await?;
            // before the others: the task may be shown where it is hidden here
            std::mem::take(&mut writes).run(tx).await?;
            task
        }
    };
    show_task(&mut writes, &task);
    log_step(&mut writes, &task, Step::Opened, None, None);
    bus::emit_with(
        &mut writes,
        &[events::opened(app.ids.as_ref(), cause, &task)],
    );
    writes.run(tx).await
}
