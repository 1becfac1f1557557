use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::OrganisationMoved;
use store::Tx;

use crate::domain::{Relocation, Stage};
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
        let told: OrganisationMoved = event.payload()?;
        let moved = Relocation {
            id: event.id,
            code: told.code,
            to: told.path,
            stage: Stage::Grants,
            after: None,
        };
        Ok(relocations::insert(tx, &moved).await?)
    }
}
