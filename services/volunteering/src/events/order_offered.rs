use std::sync::Arc;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::ticketing::OrderOffered;
use store::Tx;

use crate::app::{App, open_task};
use crate::domain::audience::Audience;

/// Opens a task when an order is offered.
pub(crate) struct OnOrderOffered(pub(crate) Arc<App>);

#[async_trait]
impl Handler for OnOrderOffered {
    fn types(&self) -> &'static [&'static str] {
        &[OrderOffered::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let offer: OrderOffered = event.payload()?;
        if Audience::with_teams(&offer.roles, &offer.teams).is_empty() {
            return Err(HandlerError::Poison(
                "the offer names nobody who may take it".to_owned(),
            ));
        }
        Ok(open_task(&self.0, tx, event, offer).await?)
    }
}
