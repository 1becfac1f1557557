use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::OrganisationMoved;
use kernel::OrgMove;
use store::Tx;

use crate::store::relocations;

/// Remembers that an organisation went to another place in the tree: what is kept at it follows by
/// [`crate::Identity::follow_moves`].
pub(crate) struct OnOrganisationMoved;

#[async_trait]
impl Handler for OnOrganisationMoved {
    fn types(&self) -> &'static [&'static str] {
        &[OrganisationMoved::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let OrganisationMoved { from, path, .. } = event.payload()?;
        let moved = OrgMove { from, to: path };
        Ok(relocations::hear(tx, event.id, moved, event.time).await?)
    }
}
