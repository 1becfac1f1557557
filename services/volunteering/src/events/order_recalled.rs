use std::sync::Arc;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::ticketing::OrderRecalled;
use store::Tx;

use crate::app::{App, close_tasks};

/// Ends the tasks of an order whose offer or work is over.
pub(crate) struct OnOrderRecalled(pub(crate) Arc<App>);

#[async_trait]
impl Handler for OnOrderRecalled {
    fn types(&self) -> &'static [&'static str] {
        &[OrderRecalled::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let recall: OrderRecalled = event.payload()?;
        Ok(close_tasks(&self.0, tx, recall.order_id).await?)
    }
}
