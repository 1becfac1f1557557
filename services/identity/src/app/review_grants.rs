//! Grants whose time comes: to begin (授权生效), to run out (授权到期), or to be stood for anew (到期复核), of
//! which there is a reminder first.

use kernel::{Role, Timestamp};
use store::{StoreError, Tx};

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::{HeldGrant, is_administrator};
use crate::events;
use crate::store::{access_log, accounts, grants};

/// Grants of one transaction: few, since their entries of the access log keep others waiting.
const STEP: u64 = 50;

/// What one run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reviewed {
    /// Grants that somebody was reminded of.
    pub reminded: u64,
    /// Grants that ended.
    pub ended: u64,
}

/// What one run of the other did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turned {
    /// Grants that began, which others have been told now.
    pub begun: u64,
    /// Grants whose time has run out, which others have been told now.
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

    /// Tells of grants that have begun since they were made, and ends those whose time has run out.
    ///
    /// Tokens never outlast a grant; it is for the others, which know it by its events only.
    ///
    /// # Errors
    /// The store does not answer; what was done before stays.
    pub async fn turn_grants(&self) -> Result<Turned, StoreError> {
        let now = self.clock.now();
        let mut turned = Turned::default();
        loop {
            let done = self.end_run_out(now).await?;
            turned.ended += done;
            if done < STEP {
                break;
            }
        }
        loop {
            let done = self.tell_begun(now).await?;
            turned.begun += done;
            if done < STEP {
                return Ok(turned);
            }
        }
    }

    async fn tell_begun(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.db
            .write("grant.tell_begun", async |tx| {
                let begun = grants::list_untold(&tx, now, STEP).await?;
                let caller = Caller::system("turn_grants", now);
                for grant in &begun {
                    // whoever revoked it meanwhile has told so: it must not begin after its end
                    if grants::note_told(&tx, grant.id, now).await? {
                        self.tell(&tx, &caller, grant, events::granted).await?;
                    }
                }
                Ok::<_, StoreError>(count(&begun))
            })
            .await
    }

    async fn end_run_out(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.db
            .write("grant.end_run_out", async |tx| {
                let over = grants::list_run_out(&tx, now, STEP).await?;
                self.end(&tx, "turn_grants", &over, now).await?;
                Ok::<_, StoreError>(count(&over))
            })
            .await
    }

    /// Ends grants in the name of nobody, and puts it on record.
    async fn end(
        &self,
        tx: &Tx,
        operation: &'static str,
        over: &[HeldGrant],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let caller = Caller::system(operation, now);
        let mut entries = Vec::with_capacity(over.len());
        for grant in over {
            self.tell(tx, &caller, grant, events::revoked).await?;
            grants::revoke_grant(tx, grant, None, now).await?;
            entries.push(caller.entry(&grant.id, OK));
        }
        access_log::append_all(tx, &entries).await
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
                self.end(&tx, "review_grants", &overdue, now).await?;
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
        let mut holder = accounts::lock_account(tx, grant.account).await?;
        let before = holder.version;
        holder.version = before.next();
        accounts::save_account(tx, &holder, before).await?;
        bus::emit(tx, vec![event(self, caller, &holder, grant)]).await
    }
}

fn count(grants: &[HeldGrant]) -> u64 {
    u64::try_from(grants.len()).unwrap_or(u64::MAX)
}
