use ::store::{IdempotencyKey, Tx, idempotency};
use kernel::{AgreementId, AllianceId, CommitmentId, IdSourceExt, OrgCode, Version};
use serde::Serialize;

use super::agreement_error::AgreementError;
use super::{App, Origin};
use crate::domain::agreement::{Agreement, AgreementState, Terms};
use crate::store;

/// Drafts an agreement, or writes a draft anew.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DraftAgreement {
    /// Party in whose name it is drafted.
    pub(crate) drafted_by: OrgCode,
    pub(crate) alliance: Option<AllianceId>,
    pub(crate) terms: Terms,
    /// The draft to write anew, and the version that the caller has seen, if the caller names one.
    pub(crate) known: Option<(AgreementId, Option<Version>)>,
}

/// Drafts an agreement in the name of a party that the caller speaks for.
pub(crate) async fn draft_agreement(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &DraftAgreement,
) -> Result<Agreement, AgreementError> {
    command.terms.check(app.today(origin.now))?;
    app.db
        .write("agreement.draft", |tx| async move {
            let effect = async {
                check_parties(origin, command, &tx).await?;
                match command.known {
                    None => draft(app, origin, command, &tx).await,
                    Some((id, seen)) => revise(app, origin, command, id, seen, &tx).await,
                }
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

async fn check_parties(
    origin: &Origin<'_>,
    command: &DraftAgreement,
    tx: &Tx,
) -> Result<(), AgreementError> {
    let known = store::load_organisations(tx, &command.terms.parties).await?;
    for (index, code) in command.terms.parties.iter().enumerate() {
        if !known
            .iter()
            .any(|node| node.code == *code && !node.is_closed())
        {
            return Err(AgreementError::PartyUnknown {
                code: code.clone(),
                pointer: format!("/parties/{index}"),
            });
        }
    }
    let drafter = known.iter().find(|node| node.code == command.drafted_by);
    if !drafter.is_some_and(|drafter| origin.speaks_for(&drafter.path)) {
        return Err(AgreementError::OutOfScope);
    }
    if let Some(alliance) = command.alliance {
        let members = store::list_members(tx, alliance).await?;
        let all = command
            .terms
            .parties
            .iter()
            .all(|party| members.contains(party));
        if !all {
            return Err(AgreementError::AllianceUnknown);
        }
    }
    let all: Vec<_> = known.iter().collect();
    Ok(store::hold(tx, &all).await?)
}

async fn draft(
    app: &App,
    origin: &Origin<'_>,
    command: &DraftAgreement,
    tx: &Tx,
) -> Result<Agreement, AgreementError> {
    let mut agreement = Agreement {
        id: app.ids.next(),
        alliance: command.alliance,
        title: String::new(),
        from: command.terms.from,
        until: command.terms.until,
        drafted_by: command.drafted_by.clone(),
        parties: Vec::new(),
        commitments: Vec::new(),
        state: AgreementState::Draft,
        version: Version::FIRST,
        created_at: origin.now,
        updated_at: origin.now,
    };
    agreement.write(command.terms.clone(), &mut || ids(app));
    store::insert_agreement(tx, &agreement).await?;
    Ok(agreement)
}

async fn revise(
    app: &App,
    origin: &Origin<'_>,
    command: &DraftAgreement,
    id: AgreementId,
    seen: Option<Version>,
    tx: &Tx,
) -> Result<Agreement, AgreementError> {
    let found = store::find_agreement(tx, id).await?;
    let mut agreement = found.ok_or(AgreementError::NotFound)?;
    // who drafted it is fixed with the first draft
    if agreement.drafted_by != command.drafted_by {
        return Err(AgreementError::OutOfScope);
    }
    let before = agreement.version;
    if seen.is_some_and(|seen| seen != before) {
        return Err(AgreementError::OtherVersion);
    }
    agreement.revise(command.terms.clone(), &mut || ids(app), origin.now)?;
    agreement.alliance = command.alliance;
    store::save_agreement(tx, &agreement, before).await?;
    Ok(agreement)
}

fn ids(app: &App) -> CommitmentId {
    app.ids.next()
}
