use std::sync::Arc;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::ticketing::OrderCallbackInvited;
use store::Tx;

use crate::app::Identity;
use crate::app::deliver_messages::remember_link;
use crate::store::short_messages::{Recipient, Waiting};

/// Remembers the link that a callback by message (短信回访) goes out with: it is handed over by
/// [`Identity::deliver_messages`].
pub(crate) struct OnCallbackInvited(pub(crate) Arc<Identity>);

#[async_trait]
impl Handler for OnCallbackInvited {
    fn types(&self) -> &'static [&'static str] {
        &[OrderCallbackInvited::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let app = &self.0;
        let told: OrderCallbackInvited = event.payload()?;
        let sealed = app.seal_token(event.id, &told.token);
        let waiting = Waiting {
            id: event.id,
            to: Recipient::Account(told.requester),
            number: told.number,
            sealed: sealed.map_err(|error| HandlerError::Poison(error.to_string()))?,
            tries: 0,
            expires_at: told.expires_at,
        };
        Ok(remember_link(app, tx, waiting, app.clock.now()).await?)
    }
}
