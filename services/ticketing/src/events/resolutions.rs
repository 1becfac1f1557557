//! Registry's joint meetings: a resolution that wants one becomes an order.

use std::sync::Arc;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::ResolutionPassed;
use store::Tx;

use crate::App;
use crate::app::cause::Cause;
use crate::app::open_for_resolution::open_for_resolution;

/// Opens orders for resolutions.
pub(crate) struct Resolutions(pub(crate) Arc<App>);

#[async_trait]
impl Handler for Resolutions {
    fn types(&self) -> &'static [&'static str] {
        &[ResolutionPassed::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let told: ResolutionPassed = event.payload()?;
        if !told.wants_order {
            return Ok(());
        }
        let cause = Cause::event(event, None, self.0.clock.now());
        // boxed: all the steps of an opening in one future are too large for the stack
        let opened = Box::pin(open_for_resolution(&self.0, tx, told, &cause)).await;
        // a place that is not known yet comes with an event that was overtaken
        opened.map_err(HandlerError::retry)
    }
}
