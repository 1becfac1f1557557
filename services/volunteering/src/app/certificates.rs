use std::collections::BTreeMap;

use auth::{Ctx, Jwk};
use bus::Envelope;
use jiff::civil::Date;
use kernel::{
    AccountId, CertificateId, CertificateRequestId, IdSourceExt, OrgPath, Version, VolunteerId,
};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::certificate_error::CertificateError;
use super::certificate_requests::make_request;
use super::export_rows::span_of;
use super::page::{PageWanted, Paged};
use crate::domain::certificate::{
    Certificate, CertificateEnd, CertificateState, Office, end_of_notice, new_number,
};
use crate::domain::runner::runs;
use crate::events::{self, Cause};
use crate::store::{
    PlaceList, SignedDocument, find_certificate, find_document, find_volunteer, hide_at,
    hold_certificate, insert_certificate, list_certificates, list_keys, load_certificates,
    save_certificate, show_at, sum_counted,
};

/// Name of the list in its cursors.
const MINE: &str = "my-certificates";
/// The same of those that are announced at a place.
const NOTICES: &str = "certificate-notices";

/// Announces a certificate, perhaps in place of another.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct IssueCertificate {
    pub(crate) volunteer: VolunteerId,
    pub(crate) from: Date,
    pub(crate) until: Date,
    /// Who answers for it.
    pub(crate) office: Office,
    /// The one that it corrects, and why.
    pub(crate) corrects: Option<(CertificateId, String)>,
    /// The request that it answers.
    pub(crate) request: Option<CertificateRequestId>,
}

/// Announces a certificate of what was confirmed in some days; free of charge, by those who run the volunteer's home. It
/// is issued when the announcement has ended.
pub(crate) async fn issue_certificate(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &IssueCertificate,
) -> Result<Certificate, CertificateError> {
    if command.until < command.from {
        return Err(CertificateError::Term);
    }
    app.db
        .write("certificate.issue", |tx| async move {
            idempotency::once(&tx, key, issue(app, ctx, command, &tx)).await
        })
        .await
}

/// Adds up what counts of somebody's service in some days: kind, times and minutes.
pub(super) async fn service_of(
    app: &App,
    tx: &Tx,
    volunteer: AccountId,
    (from, until): (Date, Date),
) -> Result<Vec<(String, u32, u64)>, StoreError> {
    let span = span_of(&app.catalogue.zone, Some(from), Some(until));
    let mut service: BTreeMap<String, (u32, u64)> = BTreeMap::new();
    for counted in sum_counted(tx, volunteer, span).await? {
        let (times, total) = (counted.times, counted.total());
        let sums = service.entry(counted.kind).or_default();
        sums.0 += times;
        sums.1 += total;
    }
    let one = |(kind, (times, minutes))| (kind, times, minutes);
    Ok(service.into_iter().map(one).collect())
}

async fn issue(
    app: &App,
    ctx: &Ctx,
    command: &IssueCertificate,
    tx: &Tx,
) -> Result<Certificate, CertificateError> {
    let found = find_volunteer(tx, command.volunteer).await?;
    let volunteer = found
        .filter(|found| ctx.is_open_at(&found.home))
        .ok_or(CertificateError::NotFound)?;
    let own = Some(volunteer.account);
    if own == Some(ctx.principal.account) || own == command.office.person_in_charge {
        return Err(CertificateError::Own);
    }
    let days = (command.from, command.until);
    let service = service_of(app, tx, volunteer.account, days).await?;
    if service.is_empty() {
        return Err(CertificateError::Nothing);
    }
    let number = new_number().ok_or(CertificateError::NoNumber)?;
    if let Some((corrected, reason)) = &command.corrects {
        let old = hold_certificate(tx, *corrected).await?;
        let mut old = old
            .filter(|old| old.volunteer == volunteer.account)
            // whoever has moved has certificates of the place before: that place alone ends them
            .filter(|old| runs(&ctx.principal, &old.issuer))
            .ok_or(CertificateError::NotFound)?;
        let seen = old.version;
        let replaced = Some(number.clone());
        if !old.end(CertificateEnd::Corrected, reason.clone(), replaced) {
            return Err(CertificateError::Ended);
        }
        save_certificate(tx, &old, seen).await?;
        take_down(tx, &old, ended(app, ctx, &old)).await?;
    }
    let notice = app.catalogue.certificates.notice_days;
    let certificate = Certificate {
        id: app.ids.next(),
        number,
        volunteer: volunteer.account,
        volunteer_number: volunteer.number,
        issuer: volunteer.home,
        issued_by: ctx.principal.account,
        office: command.office.clone(),
        from: days.0,
        until: days.1,
        service,
        announced_until: Some(end_of_notice(notice, ctx.now)),
        objections: Vec::new(),
        good_until: None,
        reason: None,
        end: None,
        replaced_by: None,
        state: CertificateState::Announced,
        version: Version::FIRST,
        issued_at: None,
    };
    insert_certificate(tx, &certificate, ctx.now).await?;
    let mut writes = Writes::default();
    let place = &certificate.issuer;
    show_at(&mut writes, PlaceList::Notices, place, certificate.id);
    if let Some(request) = command.request {
        let of = (certificate.volunteer, request, certificate.id);
        make_request(ctx, tx, &mut writes, (of, days)).await?;
    }
    writes.run(tx).await?;
    Ok(certificate)
}

/// What the holder is told of one that ended.
fn ended(app: &App, ctx: &Ctx, certificate: &Certificate) -> Envelope {
    events::certificate_revoked(app.ids.as_ref(), Cause::Caller(ctx), certificate)
}

/// Takes an announcement down and tells what became of it.
pub(super) async fn take_down(
    tx: &Tx,
    certificate: &Certificate,
    event: Envelope,
) -> Result<(), StoreError> {
    let mut writes = Writes::default();
    hide_at(
        &mut writes,
        PlaceList::Notices,
        &certificate.issuer,
        certificate.id,
    );
    bus::emit_with(&mut writes, &[event]);
    writes.run(tx).await
}

/// Says something of a certificate: what is held against it, why that does not stand.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DecideCertificate {
    pub(crate) id: CertificateId,
    pub(crate) reason: String,
}

/// Revokes a certificate.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RevokeCertificate {
    pub(crate) id: CertificateId,
    pub(crate) reason: String,
    /// How it ends; the usual end of its state where it is left out.
    pub(crate) code: Option<CertificateEnd>,
}

/// Lets those who run the place decide on a certificate; its holder is nobody of them.
fn of_others(ctx: &Ctx, found: Option<Certificate>) -> Result<Certificate, CertificateError> {
    let found = found.filter(|found| runs(&ctx.principal, &found.issuer));
    let certificate = found.ok_or(CertificateError::NotFound)?;
    if certificate.volunteer == ctx.principal.account {
        return Err(CertificateError::Own);
    }
    Ok(certificate)
}

/// Finds a certificate that the caller decides on, at the version that they have seen; nobody else does meanwhile.
async fn hold_own(ctx: &Ctx, id: CertificateId, tx: &Tx) -> Result<Certificate, CertificateError> {
    let certificate = of_others(ctx, hold_certificate(tx, id).await?)?;
    if ctx.if_match.is_some_and(|seen| seen != certificate.version) {
        return Err(CertificateError::OtherVersion);
    }
    Ok(certificate)
}

/// Revokes a certificate, or ends its announcement.
pub(crate) async fn revoke_certificate(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &RevokeCertificate,
) -> Result<Certificate, CertificateError> {
    app.db
        .write("certificate.revoke", |tx| async move {
            let effect = async {
                let mut certificate = hold_own(ctx, command.id, &tx).await?;
                let (seen, reason) = (certificate.version, command.reason.clone());
                let end = command.code.unwrap_or_else(|| certificate.usual_end());
                if !certificate.end(end, reason, None) {
                    return Err(CertificateError::Ended);
                }
                save_certificate(&tx, &certificate, seen).await?;
                let event = ended(app, ctx, &certificate);
                take_down(&tx, &certificate, event).await?;
                Ok(certificate)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Objects to a certificate that is announced (提出异议): it waits until somebody has decided.
pub(crate) async fn open_certificate_objection(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &DecideCertificate,
) -> Result<(), CertificateError> {
    app.db
        .write("certificate.object", |tx| async move {
            let effect = async {
                let found = hold_certificate(&tx, command.id).await?;
                let mut certificate = found.ok_or(CertificateError::NotFound)?;
                let (seen, by) = (certificate.version, ctx.principal.account);
                if certificate.object(by, command.reason.clone(), ctx.now)? {
                    save_certificate(&tx, &certificate, seen).await?;
                }
                Ok(())
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Shows what is held against a certificate to those who decide about it.
pub(crate) async fn show_objections(
    app: &App,
    ctx: &Ctx,
    id: CertificateId,
) -> Result<Certificate, CertificateError> {
    let found = load_certificates(app.db.reader(), &[id]).await?;
    of_others(ctx, found.into_iter().next())
}

/// Dismisses the objections to a certificate (异议不成立); where they are right it is revoked instead.
pub(crate) async fn dismiss_objections(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &DecideCertificate,
) -> Result<Certificate, CertificateError> {
    app.db
        .write("certificate.dismiss", |tx| async move {
            let effect = async {
                let mut certificate = hold_own(ctx, command.id, &tx).await?;
                let seen = certificate.version;
                certificate.dismiss(&command.reason)?;
                save_certificate(&tx, &certificate, seen).await?;
                Ok(certificate)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Lists what is announced at or below a place, the newest first (公示).
pub(crate) async fn list_notices(
    app: &App,
    place: &OrgPath,
    wanted: &PageWanted,
) -> Result<Paged<Certificate>, CertificateError> {
    let db = app.db.reader();
    let list = (NOTICES, PlaceList::Notices);
    let (ids, next) = wanted
        .ids_at::<_, CertificateError>(db, list, place)
        .await?;
    Ok((load_certificates(db, &ids).await?, next))
}

/// Hands out the signed document to the volunteer and to those who run the place that issued it.
pub(crate) async fn show_document(
    app: &App,
    ctx: &Ctx,
    number: &str,
) -> Result<(Certificate, SignedDocument), CertificateError> {
    let db = app.db.reader();
    let found = find_certificate(db, number).await?;
    let account = ctx.principal.account;
    let may =
        |found: &Certificate| found.volunteer == account || runs(&ctx.principal, &found.issuer);
    let certificate = found.filter(may).ok_or(CertificateError::NotFound)?;
    let document = find_document(db, certificate.id).await?;
    let document = document.ok_or(CertificateError::NoDocument)?;
    Ok((certificate, document))
}

/// Finds the signature of a certificate, for anyone who has its page.
pub(crate) async fn find_signature(
    app: &App,
    number: &str,
) -> Result<Option<SignedDocument>, CertificateError> {
    let db = app.db.reader();
    match find_certificate(db, number).await? {
        Some(certificate) => Ok(find_document(db, certificate.id).await?),
        None => Ok(None),
    }
}

/// Lists the public keys that ever signed.
pub(crate) async fn list_document_keys(app: &App) -> Result<Vec<Jwk>, CertificateError> {
    Ok(list_keys(app.db.reader()).await?)
}

/// Finds a certificate by its number, for whoever wants to know whether it is good.
pub(crate) async fn check_certificate(
    app: &App,
    number: &str,
) -> Result<Option<Certificate>, CertificateError> {
    Ok(find_certificate(app.db.reader(), number).await?)
}

/// Lists the caller's certificates, the newest first.
pub(crate) async fn list_my_certificates(
    app: &App,
    ctx: &Ctx,
    wanted: &PageWanted,
) -> Result<Paged<Certificate>, CertificateError> {
    let after = wanted.after(MINE)?;
    let account = ctx.principal.account;
    let found = list_certificates(app.db.reader(), account, after, wanted.rows()).await?;
    Ok(wanted.cut(MINE, found, |certificate| certificate.id))
}
