//! Identity's word that somebody's access ended: what is imported in their name stops.

use std::sync::Arc;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::identity::{AccountDisconnected, AccountRevoked};
use kernel::Clock;
use store::Tx;

use crate::domain::import::ImportStopReason;
use crate::store::{list_under_way_of, save_import, take_import};

/// Stops imports whose sender may no longer do what they began.
///
/// An import goes on with the grants of its sender as they were when it was sent. Whoever signed out
/// everywhere, too, wants nothing more done in their name.
pub(crate) struct Senders(pub(crate) Arc<dyn Clock>);

#[async_trait]
impl Handler for Senders {
    fn types(&self) -> &'static [&'static str] {
        &[AccountDisconnected::TYPE, AccountRevoked::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let account = if event.kind == AccountRevoked::TYPE {
            event.payload::<AccountRevoked>()?.account_id
        } else {
            event.payload::<AccountDisconnected>()?.account_id
        };
        for id in list_under_way_of(tx, account).await? {
            let Some(mut import) = take_import(tx, id).await? else {
                continue;
            };
            // one sent after the access had ended was sent with what was left of it
            if import.sender.account == account && import.created_at <= event.time {
                import.stop(ImportStopReason::AccessEnded, self.0.now());
                save_import(tx, &import).await?;
            }
        }
        Ok(())
    }
}
