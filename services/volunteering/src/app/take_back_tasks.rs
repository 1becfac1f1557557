use std::time::Duration;

use kernel::{TaskId, Timestamp};
use store::{StoreError, Writes};

use super::App;
use crate::events;
use crate::store::{Step, find_task, list_overdue, log_step, save_task, show_task};

/// Tasks looked at in one go.
const BATCH: u64 = 200;

/// Takes tasks back from those who have had them for longer than the rules bear (逾期未办收回): they are open again to
/// all. Tells how many. Nothing where the rules set no limit.
pub(crate) async fn take_back_tasks(app: &App) -> Result<u64, StoreError> {
    let hours = u64::from(app.catalogue.task.take_back_hours);
    if hours == 0 {
        return Ok(0);
    }
    let now = app.clock.now();
    let since = now.minus(Duration::from_hours(hours));
    let mut taken = 0;
    for id in list_overdue(app.db.reader(), since, BATCH).await? {
        match take_back(app, id, (since, now)).await {
            Ok(done) => taken += u64::from(done),
            // whoever has it has just given it back, or done it
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(taken)
}

async fn take_back(
    app: &App,
    id: TaskId,
    (since, now): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    app.db
        .write("task.take_back", |tx| async move {
            let Some(mut task) = find_task(&*tx, id).await? else {
                return Ok(false);
            };
            let seen = task.version;
            let Some(had) = task.take_back(since, now) else {
                return Ok(false);
            };
            save_task(&tx, &task, seen).await?;
            let mut writes = Writes::default();
            show_task(&mut writes, &task);
            log_step(&mut writes, &task, Step::TakenBack, Some(had), None);
            bus::emit_with(
                &mut writes,
                &[events::taken_back(app.ids.as_ref(), &task, had)],
            );
            writes.run(&tx).await?;
            Ok(true)
        })
        .await
}
