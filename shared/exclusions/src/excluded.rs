//! Identity's conflicts of interest, as its events tell them.

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::identity::{AccountExcluded, AccountReadmitted};
use kernel::Exclusion;
use store::Tx;

use crate::copy;

/// Keeps a service's copy of what accounts keep out of.
#[derive(Debug, Clone, Copy)]
pub struct Excluded;

#[async_trait]
impl Handler for Excluded {
    fn types(&self) -> &'static [&'static str] {
        &[AccountExcluded::TYPE, AccountReadmitted::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        if event.kind == AccountReadmitted::TYPE {
            let ended: AccountReadmitted = event.payload()?;
            return Ok(copy::delete(tx, ended.exclusion_id).await?);
        }
        let told: AccountExcluded = event.payload()?;
        let Some(exclusion) = Exclusion::about(told.organisation, told.person) else {
            return Err(HandlerError::Poison("it is about nobody".to_owned()));
        };
        Ok(copy::insert(tx, told.exclusion_id, told.account_id, exclusion).await?)
    }
}
