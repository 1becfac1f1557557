//! Volunteering's tasks: a claim hands the order to the volunteer, a release takes it back.

use std::sync::Arc;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::volunteering::{TaskClaimed, TaskReleased};
use store::Tx;

use crate::App;
use crate::app::cause::Cause;
use crate::app::drive_task::{DriveError, accept_claim, accept_release};

/// Drives orders by what volunteers do.
pub(crate) struct Tasks(pub(crate) Arc<App>);

#[async_trait]
impl Handler for Tasks {
    fn types(&self) -> &'static [&'static str] {
        &[TaskClaimed::TYPE, TaskReleased::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let app = &self.0;
        let now = app.clock.now();
        let done = if event.kind == TaskClaimed::TYPE {
            let TaskClaimed {
                order_id,
                volunteer,
                ..
            } = event.payload()?;
            let cause = Cause::event(event, Some(volunteer), now);
            accept_claim(app, tx, order_id, volunteer, &cause).await
        } else {
            let TaskReleased {
                order_id,
                volunteer,
                ..
            } = event.payload()?;
            let cause = Cause::event(event, Some(volunteer), now);
            accept_release(app, tx, order_id, volunteer, &cause).await
        };
        done.map_err(|error| match error {
            DriveError::UnknownOrder(_) => HandlerError::Poison(error.to_string()),
            DriveError::Store(error) => error.into(),
            DriveError::Advance(error) => HandlerError::retry(error),
        })
    }
}
