use ::store::{IdempotencyKey, StoreError, Tx, idempotency};
use kernel::{AccountId, AgreementId, CommitmentId, OrgCode, Version};
use serde::Serialize;

use super::agreement_error::AgreementError;
use super::{App, Origin};
use crate::domain::agreement::{Agreement, AgreementState, AgreementStep, CommitmentStep};
use crate::{events, store};

/// Most agreements that one run of the schedule ends.
const MOST_ENDED: u64 = 100;

/// What is done about an agreement.
#[derive(Debug, Clone, Serialize)]
pub(crate) enum Deed {
    /// With the whole of it.
    Agreement(AgreementId, AgreementStep),
    /// With one of its commitments.
    Commitment(CommitmentId, CommitmentStep),
}

/// Takes an agreement or a commitment a step further in the name of a party.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangeAgreement {
    pub(crate) deed: Deed,
    pub(crate) party: OrgCode,
    pub(crate) account: AccountId,
    /// Version of the agreement that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Takes a step in the name of a party that the caller speaks for.
pub(crate) async fn change_agreement(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &ChangeAgreement,
) -> Result<Agreement, AgreementError> {
    app.db
        .write("agreement.change", |tx| async move {
            idempotency::once(&tx, key, change(app, origin, command, &tx)).await
        })
        .await
}

async fn change(
    app: &App,
    origin: &Origin<'_>,
    command: &ChangeAgreement,
    tx: &Tx,
) -> Result<Agreement, AgreementError> {
    let found = match command.deed {
        Deed::Agreement(id, _) => store::find_agreement(tx, id).await?,
        Deed::Commitment(id, _) => store::find_agreement_of(tx, id).await?,
    };
    let mut agreement = found.ok_or(AgreementError::NotFound)?;
    let party = store::find_organisation(tx, &command.party).await?;
    if !party.is_some_and(|party| origin.speaks_for(&party.path)) {
        return Err(AgreementError::OutOfScope);
    }
    let (before, seen) = (agreement.state, agreement.version);
    if command.seen.is_some_and(|known| known != seen) {
        return Err(AgreementError::OtherVersion);
    }
    let (party, account, now) = (&command.party, command.account, origin.now);
    match command.deed {
        Deed::Agreement(_, step) => agreement.step(step, party, account, now)?,
        Deed::Commitment(id, step) => agreement.step_commitment(id, step, party, account, now)?,
    }
    store::save_agreement(tx, &agreement, seen).await?;
    tell(app, origin, &agreement, before, tx).await?;
    Ok(agreement)
}

/// Tells the others when the agreement itself has come further.
async fn tell(
    app: &App,
    origin: &Origin<'_>,
    agreement: &Agreement,
    before: AgreementState,
    tx: &Tx,
) -> Result<(), StoreError> {
    if agreement.state == before {
        return Ok(());
    }
    let event = events::agreement_changed(origin, app.ids.as_ref(), agreement);
    bus::emit(tx, event.into_iter().collect()).await
}

/// Ends the agreements whose term is over; returns how many.
pub(crate) async fn expire_agreements(app: &App) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let today = app.today(now);
    app.db
        .write("agreement.expire", |tx| async move {
            let mut ended = 0;
            for mut agreement in store::list_ended_agreements(&*tx, today, MOST_ENDED).await? {
                let (before, seen) = (agreement.state, agreement.version);
                if agreement.expire(today, now).is_some() {
                    store::save_agreement(&tx, &agreement, seen).await?;
                    tell(app, &Origin::system(now), &agreement, before, &tx).await?;
                    ended += 1;
                }
            }
            Ok::<_, StoreError>(ended)
        })
        .await
}
