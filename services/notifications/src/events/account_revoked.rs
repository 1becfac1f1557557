use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::identity::AccountRevoked;
use store::Tx;

use crate::store::holders;

/// Forgets a holder.
pub(super) struct Revoked;

#[async_trait]
impl Handler for Revoked {
    fn types(&self) -> &'static [&'static str] {
        &[AccountRevoked::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let revoked: AccountRevoked = event.payload()?;
        Ok(holders::remove(tx, revoked.grant_id).await?)
    }
}
