use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::OrganisationMoved;
use store::Tx;

use crate::store::{contacts, grants, reveals};

/// Takes grants and contacts along when an organisation goes to another place in the tree: tokens carry the new path
/// from their next refresh on.
pub(crate) struct OnOrganisationMoved;

#[async_trait]
impl Handler for OnOrganisationMoved {
    fn types(&self) -> &'static [&'static str] {
        &[OrganisationMoved::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let moved: OrganisationMoved = event.payload()?;
        grants::follow_move(tx, &moved.code, &moved.path).await?;
        contacts::follow_move(tx, &moved.code, &moved.path).await?;
        Ok(reveals::follow_move(tx, &moved.code, &moved.path).await?)
    }
}
