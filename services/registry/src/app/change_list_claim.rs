use ::store::{IdempotencyKey, Tx, idempotency};
use kernel::{AccountId, ClaimId, Version};
use serde::Serialize;

use super::change_list_entry::speaks_for_owner;
use super::list_error::ListError;
use super::{App, Origin};
use crate::domain::list_claim::{Claim, ClaimStep, Stepper, Stock, WrongClaimStep};
use crate::{events, store};

/// Takes a claim a step further.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangeListClaim {
    pub(crate) id: ClaimId,
    pub(crate) step: ClaimStep,
    pub(crate) account: AccountId,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

impl From<WrongClaimStep> for ListError {
    fn from(why: WrongClaimStep) -> Self {
        match why {
            WrongClaimStep::OtherSide => Self::OutOfScope,
            WrongClaimStep::SamePerson => Self::SamePerson,
            WrongClaimStep::State(_) => Self::WrongState,
        }
    }
}

/// Confirms, refuses, withdraws, fulfils or releases a claim. A confirmed one has taken its quantity from both entries: never
/// more than they have, however many are confirmed at once.
pub(crate) async fn change_list_claim(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &ChangeListClaim,
) -> Result<Claim, ListError> {
    app.db
        .write("list_claim.change", |tx| async move {
            idempotency::once(&tx, key, change(app, origin, command, &tx)).await
        })
        .await
}

async fn change(
    app: &App,
    origin: &Origin<'_>,
    command: &ChangeListClaim,
    tx: &Tx,
) -> Result<Claim, ListError> {
    let found = store::find_claim(tx, command.id).await?;
    let mut claim = found.ok_or(ListError::NotFound)?;
    let wanted = store::find_entry(tx, claim.wanted).await?;
    let wanted = wanted.ok_or(ListError::NotFound)?;
    let resource = store::find_entry(tx, claim.resource).await?;
    let resource = resource.ok_or(ListError::NotFound)?;
    let by = Stepper {
        account: command.account,
        wanting: speaks_for_owner(tx, origin, &wanted).await?,
        giving: speaks_for_owner(tx, origin, &resource).await?,
    };
    if !by.wanting && !by.giving {
        // who is on neither side learns nothing of it
        return Err(ListError::NotFound);
    }
    let seen = claim.version;
    if command.seen.is_some_and(|known| known != seen) {
        return Err(ListError::OtherVersion);
    }
    let stock = claim.step(command.step, by, origin.now)?;
    keep_stock(tx, &claim, stock).await?;
    store::save_claim(tx, &claim, seen).await?;
    let event = events::claim_changed(origin, app.ids.as_ref(), &claim, &wanted, &resource);
    bus::emit(tx, vec![event]).await?;
    Ok(claim)
}

async fn keep_stock(tx: &Tx, claim: &Claim, stock: Stock) -> Result<(), ListError> {
    let (quantity, now) = (claim.quantity, claim.updated_at);
    // always in one order: two claims that share both entries do not wait for one another in a circle
    let mut entries = [claim.wanted, claim.resource];
    entries.sort_unstable();
    for entry in entries {
        match stock {
            Stock::Kept => {}
            Stock::GivenBack => store::give_back(tx, entry, quantity, now).await?,
            Stock::Taken => {
                if !store::take(tx, entry, quantity, now).await? {
                    return Err(ListError::NotEnough);
                }
            }
        }
    }
    Ok(())
}
