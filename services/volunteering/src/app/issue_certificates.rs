use jiff::civil::Date;
use kernel::{CertificateId, OrgPath, Timestamp};
use serde::Serialize;
use store::{StoreError, Tx};

use super::App;
use super::certificates::take_down;
use crate::domain::certificate::Certificate;
use crate::domain::certificate_pdf::draw;
use crate::domain::feed::digest_of;
use crate::events;
use crate::store::{
    SignedDocument, hold_certificate, insert_document, insert_key, list_due_certificates,
    save_certificate,
};

/// Certificates issued in one go.
const BATCH: u64 = 100;

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

/// Issues the certificates whose announcement has ended and that nobody objects to. Tells how many.
pub(crate) async fn issue_certificates(app: &App) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let mut issued = 0;
    for id in list_due_certificates(app.db.reader(), now, BATCH).await? {
        issued += issue(app, id, now).await?;
    }
    Ok(issued)
}

async fn issue(app: &App, id: CertificateId, now: Timestamp) -> Result<u64, StoreError> {
    app.db
        .write("certificate.sign", |tx| async move {
            let Some(mut certificate) = hold_certificate(&tx, id).await? else {
                return Ok(0);
            };
            let seen = certificate.version;
            if !certificate.issue(app.catalogue.certificates.good_days, now) {
                return Ok(0);
            }
            sign(app, &tx, &certificate, now).await?;
            save_certificate(&tx, &certificate, seen).await?;
            let event = events::certificate_issued(app.ids.as_ref(), &certificate, now);
            take_down(&tx, &certificate, event).await?;
            Ok(1)
        })
        .await
}

async fn sign(
    app: &App,
    tx: &Tx,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), StoreError> {
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
    insert_key(tx, (app.key.kid(), app.key.jwk()), now).await?;
    let document = SignedDocument {
        certificate: certificate.id,
        pdf,
        digest,
        jws,
        made_at: now,
    };
    insert_document(tx, document).await
}
