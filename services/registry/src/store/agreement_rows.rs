//! Rows of agreements and what they stand for.

use kernel::{AgreementId, Named};
use sea_orm::ActiveValue::Set;
use store::StoreError;

use super::agreement::{commitment, party, whole};
use super::organisation::{day, named};
use crate::domain::agreement::{Agreement, Commitment, Party};

impl TryFrom<commitment::Model> for Commitment {
    type Error = StoreError;

    fn try_from(row: commitment::Model) -> Result<Self, StoreError> {
        Ok(Self {
            due_on: day(&row.due_on)?,
            state: named(&row.state)?,
            id: row.id,
            by: row.by_code,
            what: row.what,
            measure: row.measure,
            report: row.reported_by.zip(row.reported_at),
            confirmation: row.confirmed_by.zip(row.confirmed_at),
        })
    }
}

impl From<party::Model> for Party {
    fn from(row: party::Model) -> Self {
        Self {
            org_code: row.org_code,
            consent: row.consented_by.zip(row.consented_at),
        }
    }
}

/// Puts an agreement together from its rows.
pub(super) fn agreement(
    row: whole::Model,
    parties: Vec<Party>,
    commitments: Vec<Commitment>,
) -> Result<Agreement, StoreError> {
    Ok(Agreement {
        from: day(&row.term_from)?,
        until: day(&row.term_until)?,
        state: named(&row.state)?,
        id: row.id,
        alliance: row.alliance_id,
        title: row.title,
        drafted_by: row.drafted_by,
        parties,
        commitments,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

pub(super) fn whole_row(agreement: &Agreement) -> whole::ActiveModel {
    whole::ActiveModel {
        id: Set(agreement.id),
        alliance_id: Set(agreement.alliance),
        title: Set(agreement.title.clone()),
        term_from: Set(agreement.from.to_string()),
        term_until: Set(agreement.until.to_string()),
        drafted_by: Set(agreement.drafted_by.clone()),
        state: Set(agreement.state.name().to_owned()),
        version: Set(agreement.version),
        created_at: Set(agreement.created_at),
        updated_at: Set(agreement.updated_at),
    }
}

pub(super) fn party_row(id: AgreementId, position: i64, party: &Party) -> party::ActiveModel {
    let (by, at) = party.consent.unzip();
    party::ActiveModel {
        agreement_id: Set(id),
        org_code: Set(party.org_code.clone()),
        position: Set(position),
        consented_by: Set(by),
        consented_at: Set(at),
    }
}

pub(super) fn commitment_row(
    id: AgreementId,
    position: i64,
    commitment: &Commitment,
) -> commitment::ActiveModel {
    let (reported_by, reported_at) = commitment.report.unzip();
    let (confirmed_by, confirmed_at) = commitment.confirmation.clone().unzip();
    commitment::ActiveModel {
        id: Set(commitment.id),
        agreement_id: Set(id),
        position: Set(position),
        by_code: Set(commitment.by.clone()),
        what: Set(commitment.what.clone()),
        measure: Set(commitment.measure.clone()),
        due_on: Set(commitment.due_on.to_string()),
        state: Set(commitment.state.name().to_owned()),
        reported_by: Set(reported_by),
        reported_at: Set(reported_at),
        confirmed_by: Set(confirmed_by),
        confirmed_at: Set(confirmed_at),
    }
}
