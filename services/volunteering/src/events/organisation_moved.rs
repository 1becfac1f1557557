use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::OrganisationMoved;
use store::Tx;

use crate::domain::relocation::Relocation;
use crate::store::insert_relocation;

/// Remembers that an organisation went to another place in the tree: what is kept at it follows by the schedule
/// `follow_moves`.
pub(crate) struct OnOrganisationMoved;

#[async_trait]
impl Handler for OnOrganisationMoved {
    fn types(&self) -> &'static [&'static str] {
        &[OrganisationMoved::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let told: OrganisationMoved = event.payload()?;
        match Relocation::new(event.id, told.from, told.path) {
            Some(moved) => Ok(insert_relocation(tx, &moved).await?),
            None => Ok(()),
        }
    }
}
