use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::OrganisationMoved;
use kernel::OrgMove;
use store::Tx;

use crate::store::moves;

/// Takes those along who hold a role at or below an organisation that was moved.
pub(super) struct Moved;

#[async_trait]
impl Handler for Moved {
    fn types(&self) -> &'static [&'static str] {
        &[OrganisationMoved::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let OrganisationMoved { from, path, .. } = event.payload()?;
        let moved = OrgMove { from, to: path };
        Ok(moves::follow(tx, event.id, moved, event.time).await?)
    }
}
