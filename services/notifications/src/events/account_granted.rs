use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::identity::AccountGranted;
use store::Tx;

use crate::store::holders;
use crate::store::moves::Moves;

/// Remembers who holds which role where.
pub(super) struct Granted;

#[async_trait]
impl Handler for Granted {
    fn types(&self) -> &'static [&'static str] {
        &[AccountGranted::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let granted: AccountGranted = event.payload()?;
        let AccountGranted {
            account_id,
            grant_id,
            role,
            org_path,
        } = granted;
        let place = Moves::around(tx, event.time).await?.place_by_now(&org_path);
        holders::insert(tx, grant_id, account_id, role, &place).await?;
        Ok(())
    }
}
