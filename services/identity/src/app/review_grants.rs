//! Grants that nobody stands for any more (授权到期复核): a reminder first, then they end.

use kernel::{Role, Timestamp};
use store::{StoreError, Tx};

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::{HeldGrant, is_administrator};
use crate::events;
use crate::store::{access_log, accounts, grants};

/// Grants of one transaction.
const STEP: u64 = 100;

/// What one run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reviewed {
    /// Grants that somebody was reminded of.
    pub reminded: u64,
    /// Grants that ended.
    pub ended: u64,
}

impl Identity {
    /// Reminds of grants that fall due soon and ends those that are overdue.
    ///
    /// The three administrators are reminded of and not ended: whoever could certify the last of them
    /// would be locked out with them.
    ///
    /// # Errors
    /// The store does not answer; what was done before stays.
    pub async fn review_grants(&self) -> Result<Reviewed, StoreError> {
        let now = self.clock.now();
        let mut reviewed = Reviewed::default();
        loop {
            let done = self.remind(now).await?;
            reviewed.reminded += done;
            if done < STEP {
                break;
            }
        }
        loop {
            let done = self.end_overdue(now).await?;
            reviewed.ended += done;
            if done < STEP {
                return Ok(reviewed);
            }
        }
    }

    async fn remind(&self, now: Timestamp) -> Result<u64, StoreError> {
        let before = now.plus(self.config.reminder());
        self.db
            .write("grant.remind", async |tx| {
                let due = grants::list_unreminded(&tx, before, STEP).await?;
                for grant in &due {
                    let caller = Caller::system("review_grants", now);
                    self.tell(&tx, &caller, grant, events::reminded).await?;
                    grants::note_reminder(&tx, grant.id, now).await?;
                }
                Ok::<_, StoreError>(count(&due))
            })
            .await
    }

    async fn end_overdue(&self, now: Timestamp) -> Result<u64, StoreError> {
        let administrators: Vec<Role> = Role::ALL
            .iter()
            .copied()
            .filter(|role| is_administrator(*role))
            .collect();
        self.db
            .write("grant.end_overdue", async |tx| {
                let overdue = grants::list_uncertified(&tx, now, &administrators, STEP).await?;
                for grant in &overdue {
                    let caller = Caller::system("review_grants", now);
                    self.tell(&tx, &caller, grant, events::revoked).await?;
                    grants::revoke_grant(&tx, grant, None, now).await?;
                    access_log::append(&tx, &caller.entry(&grant.id, OK)).await?;
                }
                Ok::<_, StoreError>(count(&overdue))
            })
            .await
    }

    /// Emits an event of the holder of a grant.
    async fn tell(
        &self,
        tx: &Tx,
        caller: &Caller,
        grant: &HeldGrant,
        event: fn(&Self, &Caller, &crate::domain::Account, &HeldGrant) -> bus::Envelope,
    ) -> Result<(), StoreError> {
        let mut holder = accounts::load_account(tx, grant.account).await?;
        let before = holder.version;
        holder.version = before.next();
        accounts::save_account(tx, &holder, before).await?;
        bus::emit(tx, vec![event(self, caller, &holder, grant)]).await
    }
}

fn count(grants: &[HeldGrant]) -> u64 {
    u64::try_from(grants.len()).unwrap_or(u64::MAX)
}
