use std::sync::Arc;

use jiff::civil::Date;
use kernel::{CertificateId, OrgPath, Timestamp};
use serde::Serialize;
use store::{StoreError, Tx};
use tokio::task::spawn_blocking;

use super::App;
use super::certificates::{service_of, take_down};
use crate::domain::certificate::{Certificate, CertificateEnd};
use crate::domain::certificate_pdf::draw;
use crate::domain::feed::digest_of;
use crate::events::{self, Cause};
use crate::store::{
    SignedDocument, hold_certificate, hold_volunteer_of, insert_document, insert_key,
    list_due_certificates, load_certificates, save_certificate,
};

/// Certificates issued in one go.
const BATCH: u64 = 100;
/// Why an announcement ends whose hours are other ones by now.
const CHANGED: &str =
    "公示期间服务时长有变动，请重新出具 (the hours changed during the notice; ask for it anew)";

/// What is signed: what anyone may know of a certificate, and the digest of its page.
#[derive(Serialize)]
struct SignedFacts<'certificate> {
    number: &'certificate str,
    issuer: &'certificate OrgPath,
    office: &'certificate str,
    from: Date,
    until: Date,
    minutes: u64,
    issued_at: Option<Timestamp>,
    good_until: Option<Timestamp>,
    /// SHA-256 of the page, base64url.
    sha256: &'certificate str,
}

/// Issues the certificates whose announcement has ended and that nobody objects to. Tells how many. One that cannot be
/// issued keeps no other waiting.
pub(crate) async fn issue_certificates(app: &Arc<App>) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let mut issued = 0;
    for id in list_due_certificates(app.db.reader(), now, BATCH).await? {
        match issue(app, id, now).await {
            Ok(done) => issued += u64::from(done),
            Err(error) if StoreError::is_unavailable_in(&error) => return Err(error),
            Err(error) => {
                tracing::error!(certificate.id = %id, %error, "a certificate is not issued");
            }
        }
    }
    Ok(issued)
}

async fn issue(app: &Arc<App>, id: CertificateId, now: Timestamp) -> Result<bool, StoreError> {
    let found = load_certificates(app.db.reader(), &[id]).await?;
    let Some(before) = found.into_iter().next() else {
        return Ok(false);
    };
    let mut certificate = before.clone();
    if !certificate.issue(app.catalogue.certificates.good_days, now) {
        return Ok(false);
    }
    // drawing and signing take their time: neither a transaction nor other requests wait for it
    let (shared, drawn) = (Arc::clone(app), certificate.clone());
    let signed = spawn_blocking(move || sign(&shared, &drawn, now)).await;
    let signed = signed.map_err(|error| StoreError::Corrupt(error.to_string()))??;
    let (before, certificate, signed) = (&before, &certificate, &signed);
    app.db
        .write("certificate.sign", |tx| async move {
            // before the certificate: nobody judges hours of theirs while these are added up
            hold_volunteer_of(&tx, before.volunteer).await?;
            // what was signed is what stood there: somebody may have objected, or its place have moved, meanwhile
            if hold_certificate(&tx, id).await?.as_ref() != Some(before) {
                return Ok(false);
            }
            let days = (before.from, before.until);
            if service_of(app, &tx, before.volunteer, days).await? != before.service {
                return withdraw(app, &tx, before, now).await;
            }
            insert_key(&tx, (app.key.kid(), app.key.jwk()), now).await?;
            insert_document(&tx, signed.clone()).await?;
            save_certificate(&tx, certificate, before.version).await?;
            let event = events::certificate_issued(app.ids.as_ref(), certificate, now);
            take_down(&tx, certificate, event).await?;
            Ok(true)
        })
        .await
}

/// Ends an announcement of what is no longer so: hours were refused, corrected or added since.
async fn withdraw(
    app: &App,
    tx: &Tx,
    before: &Certificate,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut ended = before.clone();
    if ended.end(CertificateEnd::WrongRecord, CHANGED.to_owned(), None) {
        save_certificate(tx, &ended, before.version).await?;
        let event = events::certificate_revoked(app.ids.as_ref(), Cause::Job(now), &ended);
        take_down(tx, &ended, event).await?;
    }
    Ok(false)
}

fn sign(
    app: &App,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<SignedDocument, StoreError> {
    let address = app.config.page_of(&certificate.number);
    let not_made = |error: &dyn std::error::Error| StoreError::Corrupt(error.to_string());
    let pdf = draw(certificate, &app.catalogue, &address).map_err(|error| not_made(&error))?;
    let digest = digest_of(&pdf);
    let facts = SignedFacts {
        number: &certificate.number,
        issuer: &certificate.issuer,
        office: &certificate.office.name,
        from: certificate.from,
        until: certificate.until,
        minutes: certificate.minutes(),
        issued_at: certificate.issued_at,
        good_until: certificate.good_until,
        sha256: &digest,
    };
    let jws = app.key.sign(&facts).map_err(|error| not_made(&error))?;
    Ok(SignedDocument {
        certificate: certificate.id,
        pdf,
        digest,
        jws,
        made_at: now,
    })
}
