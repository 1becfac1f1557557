use jiff::civil::Date;
use kernel::{AgreementId, Cursor, OrgCode};
use sea_orm::ConnectionTrait;

use super::agreement_error::AgreementError;
use super::page::{Paged, paged, rows_for};
use super::{App, Origin};
use crate::domain::agreement::{Agreement, Commitment, Tally};
use crate::store::{self, Due};

/// Name of the list of agreements in its cursors.
const AGREEMENTS: &str = "agreements";
/// Name of the list of what is due in its cursors.
const COMMITMENTS: &str = "commitments";

/// Shows an agreement to somebody who speaks for a party; to others it does not exist.
pub(crate) async fn show_agreement(
    app: &App,
    origin: &Origin<'_>,
    id: AgreementId,
) -> Result<Agreement, AgreementError> {
    let db = app.db.reader();
    let found = store::find_agreement(db, id).await?;
    let agreement = found.ok_or(AgreementError::NotFound)?;
    let codes: Vec<OrgCode> = agreement
        .parties
        .iter()
        .map(|party| party.org_code.clone())
        .collect();
    let parties = store::load_organisations(db, &codes).await?;
    if parties.iter().any(|party| origin.speaks_for(&party.path)) {
        return Ok(agreement);
    }
    Err(AgreementError::NotFound)
}

async fn check_scope(
    db: &impl ConnectionTrait,
    origin: &Origin<'_>,
    code: &OrgCode,
) -> Result<(), AgreementError> {
    let found = store::find_organisation(db, code).await?;
    let party = found.ok_or_else(|| AgreementError::PartyUnknown {
        code: code.clone(),
        pointer: "/org_code".to_owned(),
    })?;
    if origin.speaks_for(&party.path) {
        return Ok(());
    }
    Err(AgreementError::OutOfScope)
}

/// Lists one page of the agreements of a party that the caller speaks for.
pub(crate) async fn list_agreements(
    app: &App,
    origin: &Origin<'_>,
    org_code: &OrgCode,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Paged<Agreement>, AgreementError> {
    let after: Option<AgreementId> = cursor
        .map(|cursor| Cursor::decode(AGREEMENTS, cursor))
        .transpose()?;
    let db = app.db.reader();
    check_scope(db, origin, org_code).await?;
    let found = store::list_agreements(db, org_code, after, rows_for(limit)).await?;
    Ok(paged(AGREEMENTS, found, limit, |agreement| agreement.id))
}

/// Lists one page of what a party has to do until a day, the most urgent first.
pub(crate) async fn list_due(
    app: &App,
    origin: &Origin<'_>,
    org_code: &OrgCode,
    until: Option<Date>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Paged<(AgreementId, Commitment)>, AgreementError> {
    let after: Option<Due> = cursor
        .map(|cursor| Cursor::decode(COMMITMENTS, cursor))
        .transpose()?;
    let db = app.db.reader();
    check_scope(db, origin, org_code).await?;
    let until = until.unwrap_or(Date::MAX);
    let found = store::list_due(db, org_code, until, after.as_ref(), rows_for(limit)).await?;
    let key = |(_, due): &(_, Commitment)| (due.due_on.to_string(), due.id);
    Ok(paged(COMMITMENTS, found, limit, key))
}

/// Counts what a party that the caller speaks for has promised and kept (兑现率).
pub(crate) async fn show_fulfilment(
    app: &App,
    origin: &Origin<'_>,
    org_code: &OrgCode,
) -> Result<Tally, AgreementError> {
    let db = app.db.reader();
    check_scope(db, origin, org_code).await?;
    let today = app.today(origin.now);
    Ok(store::tally_of(db, org_code, today).await?)
}
