//! Identity's conflicts of interest: who keeps out of whose orders.

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::identity::{AccountExcluded, AccountReadmitted};
use store::Tx;

use crate::domain::exclusion::Exclusion;
use crate::store::{delete_exclusion, insert_exclusion};

/// Keeps what accounts keep out of.
pub(crate) struct OnAccountExcluded;

#[async_trait]
impl Handler for OnAccountExcluded {
    fn types(&self) -> &'static [&'static str] {
        &[AccountExcluded::TYPE, AccountReadmitted::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        if event.kind == AccountReadmitted::TYPE {
            let ended: AccountReadmitted = event.payload()?;
            return Ok(delete_exclusion(tx, ended.exclusion_id).await?);
        }
        let told: AccountExcluded = event.payload()?;
        let exclusion = match (told.organisation, told.person) {
            (Some(code), _) => Exclusion::Organisation(code),
            (None, Some(person)) => Exclusion::Person(person),
            (None, None) => {
                return Err(HandlerError::Poison("it is about nobody".to_owned()));
            }
        };
        Ok(insert_exclusion(tx, told.exclusion_id, told.account_id, exclusion).await?)
    }
}
