//! Contacts that staff took in are forgotten when their time is over (保存期限届满删除); a person's own
//! stay until that person deletes them.

use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity};
use crate::store::{access_log, contacts};

/// Contacts of one transaction.
const STEP: usize = 100;
/// Transactions of one turn.
const STEPS: usize = 50;

impl Identity {
    /// Forgets contacts whose time is over, keys and all, as many as one turn allows; returns how many.
    /// Each is in the access log.
    ///
    /// # Errors
    /// The store does not answer; what was done before stays.
    pub async fn forget_contacts(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let mut forgotten = 0;
        for _ in 0..STEPS {
            let step = self.db.maintain("contact.forget", async |tx| {
                let over = contacts::list_over(&tx, now, STEP).await?;
                if over.is_empty() {
                    return Ok(0);
                }
                let caller = Caller::system("forget_contacts", now);
                let mut entries = Vec::with_capacity(over.len());
                for id in &over {
                    contacts::delete(&tx, *id).await?;
                    entries.push(caller.entry(id, OK));
                }
                access_log::append_all(&tx, &entries).await?;
                Ok::<_, StoreError>(over.len())
            });
            let count = step.await?;
            forgotten += u64::try_from(count).unwrap_or(u64::MAX);
            if count < STEP {
                break;
            }
        }
        Ok(forgotten)
    }
}
