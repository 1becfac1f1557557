use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::identity::{AccountExcluded, AccountReadmitted};
use store::Tx;

use crate::domain::exclusion::Exclusion;
use crate::store::exclusions;

/// Remembers who keeps out of whose orders.
pub(super) struct Excluded;

#[async_trait]
impl Handler for Excluded {
    fn types(&self) -> &'static [&'static str] {
        &[AccountExcluded::TYPE, AccountReadmitted::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        if event.kind == AccountReadmitted::TYPE {
            let ended: AccountReadmitted = event.payload()?;
            return Ok(exclusions::remove(tx, ended.exclusion_id).await?);
        }
        let told: AccountExcluded = event.payload()?;
        let organisation = told.organisation.map(Exclusion::Organisation);
        let meant = organisation.or(told.person.map(Exclusion::Person));
        let Some(exclusion) = meant else {
            return Err(HandlerError::Poison("it is about nobody".to_owned()));
        };
        Ok(exclusions::insert(tx, told.exclusion_id, told.account_id, exclusion).await?)
    }
}
