//! Certificates that volunteers ask for (申请证明): those who run the home make them, or say why not.

use auth::Ctx;
use jiff::civil::Date;
use kernel::{AccountId, CertificateId, CertificateRequestId, IdSourceExt, OrgPath, Version};
use serde::Serialize;
use store::{IdempotencyKey, Tx, Writes, idempotency};

use super::App;
use super::certificate_error::CertificateError;
use super::certificates::service_of;
use super::page::{PageWanted, Paged};
use crate::domain::certificate_request::{
    CertificateRequest, CertificateRequestState, RequestOutcome, RequestRefusal,
};
use crate::domain::runner::runs;
use crate::store::{
    PlaceList, hide_at, hold_certificate_request, hold_volunteer_of, insert_certificate_request,
    list_certificate_requests as read_requests, load_certificate_requests,
    save_certificate_request, show_at,
};

/// Names of lists in their cursors.
const MINE: &str = "my-certificate-requests";
const OPEN: &str = "certificate-requests";

/// The days of which somebody wants a certificate.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RequestCertificate {
    pub(crate) from: Date,
    pub(crate) until: Date,
}

/// Why a request is refused.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RefuseCertificateRequest {
    pub(crate) id: CertificateRequestId,
    pub(crate) reason: String,
}

/// Asks those who run the caller's home for a certificate of some days: one request at a time.
pub(crate) async fn request_certificate(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &RequestCertificate,
) -> Result<CertificateRequest, CertificateError> {
    if command.until < command.from {
        return Err(CertificateError::Term);
    }
    app.db
        .write("certificate.request", |tx| async move {
            idempotency::once(&tx, key, request(app, ctx, command, &tx)).await
        })
        .await
}

async fn request(
    app: &App,
    ctx: &Ctx,
    command: &RequestCertificate,
    tx: &Tx,
) -> Result<CertificateRequest, CertificateError> {
    // held: the home stays where the request goes
    let found = hold_volunteer_of(tx, ctx.principal.account).await?;
    let volunteer = found.ok_or(CertificateError::NotRegistered)?;
    let days = (command.from, command.until);
    if service_of(app, tx, volunteer.account, days)
        .await?
        .is_empty()
    {
        return Err(CertificateError::Nothing);
    }
    let request = CertificateRequest {
        id: app.ids.next(),
        account: volunteer.account,
        volunteer: volunteer.id,
        place: volunteer.home,
        from: days.0,
        until: days.1,
        state: CertificateRequestState::Open,
        certificate: None,
        reason: None,
        decided_by: None,
        version: Version::FIRST,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    if !insert_certificate_request(tx, &request).await? {
        return Err(RequestRefusal::Open.into());
    }
    let mut writes = Writes::default();
    let list = PlaceList::CertificateRequests;
    show_at(&mut writes, list, &request.place, request.id);
    writes.run(tx).await?;
    Ok(request)
}

/// Saves what was decided on a request that is held, and takes it off the list.
async fn save_decided(
    tx: &Tx,
    writes: &mut Writes,
    (request, seen): (&CertificateRequest, Version),
) -> Result<(), CertificateError> {
    save_certificate_request(tx, request, seen).await?;
    let list = PlaceList::CertificateRequests;
    hide_at(writes, list, &request.place, request.id);
    Ok(())
}

/// Notes that the certificate which a volunteer asked for was announced, by whoever runs the home now.
pub(super) async fn make_request(
    ctx: &Ctx,
    tx: &Tx,
    writes: &mut Writes,
    ((account, id, certificate), days): (
        (AccountId, CertificateRequestId, CertificateId),
        (Date, Date),
    ),
) -> Result<(), CertificateError> {
    let found = hold_certificate_request(tx, id).await?;
    let mut request = found
        .filter(|found| found.account == account)
        .ok_or(CertificateError::NoRequest)?;
    let seen = request.version;
    request.asks_for(days)?;
    let made = RequestOutcome::Made(certificate);
    request.decide(made, (ctx.principal.account, ctx.now))?;
    save_decided(tx, writes, (&request, seen)).await
}

/// Refuses a request, for a reason: those who run the place that was asked.
pub(crate) async fn refuse_certificate_request(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &RefuseCertificateRequest,
) -> Result<CertificateRequest, CertificateError> {
    app.db
        .write("certificate.request.refuse", |tx| async move {
            idempotency::once(&tx, key, refuse(ctx, command, &tx)).await
        })
        .await
}

async fn refuse(
    ctx: &Ctx,
    command: &RefuseCertificateRequest,
    tx: &Tx,
) -> Result<CertificateRequest, CertificateError> {
    let found = hold_certificate_request(tx, command.id).await?;
    let mut request = found
        .filter(|found| runs(&ctx.principal, &found.place))
        .ok_or(CertificateError::NoRequest)?;
    let seen = request.version;
    if ctx.if_match.is_some_and(|known| known != seen) {
        return Err(CertificateError::OtherVersion);
    }
    let refused = RequestOutcome::Refused(command.reason.clone());
    request.decide(refused, (ctx.principal.account, ctx.now))?;
    let mut writes = Writes::default();
    save_decided(tx, &mut writes, (&request, seen)).await?;
    writes.run(tx).await?;
    Ok(request)
}

/// Lists the caller's requests, the newest first.
pub(crate) async fn list_my_certificate_requests(
    app: &App,
    ctx: &Ctx,
    wanted: &PageWanted,
) -> Result<Paged<CertificateRequest>, CertificateError> {
    let after = wanted.after(MINE)?;
    let account = ctx.principal.account;
    let found = read_requests(app.db.reader(), account, after, wanted.rows()).await?;
    Ok(wanted.cut(MINE, found, |request| request.id))
}

/// Lists the requests at or below a place that wait, the newest first.
pub(crate) async fn list_open_certificate_requests(
    app: &App,
    ctx: &Ctx,
    place: &OrgPath,
    wanted: &PageWanted,
) -> Result<Paged<CertificateRequest>, CertificateError> {
    if !ctx.is_open_at(place) {
        return Err(CertificateError::OutOfScope);
    }
    let db = app.db.reader();
    let list = (OPEN, PlaceList::CertificateRequests);
    let (ids, next) = wanted
        .ids_at::<_, CertificateError>(db, list, place)
        .await?;
    Ok((load_certificate_requests(db, &ids).await?, next))
}
