use std::collections::BTreeMap;
use std::time::Duration;

use auth::Ctx;
use jiff::civil::Date;
use kernel::{CertificateId, CursorError, IdSourceExt, OrgPath, Version, VolunteerId};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, idempotency};

use super::App;
use super::page::{PageWanted, Paged};
use crate::domain::certificate::{Certificate, CertificateState, GOOD_DAYS, new_number};
use crate::domain::runner::runs;
use crate::store::{
    find_certificate, find_volunteer, hold_certificate, insert_certificate, list_certificates,
    list_counted, save_certificate,
};

/// Name of the list in its cursors.
const MINE: &str = "my-certificates";
/// A day.
const DAY: Duration = Duration::from_hours(24);

/// Issues a certificate, perhaps in place of another.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct IssueCertificate {
    pub(crate) volunteer: VolunteerId,
    pub(crate) from: Date,
    pub(crate) until: Date,
    /// The one that it corrects, and why.
    pub(crate) corrects: Option<(CertificateId, String)>,
}

/// Why a certificate is not issued, ended or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error("no such certificate, or volunteer of the caller's")]
    NotFound,
    #[error("it ends before it begins")]
    Term,
    #[error("nothing confirmed in that time")]
    Nothing,
    #[error("nobody certifies themselves")]
    Own,
    #[error("corrected or revoked before")]
    Ended,
    #[error("no random numbers")]
    NoNumber,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for CertificateError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "certificate-not-found",
                "没有这份证明",
                "there is no such certificate",
            ),
            Self::Term => Fact::new(
                Kind::Invalid,
                "term-reversed",
                "结束须不早于开始",
                "the end must not be before the beginning",
            )
            .at("/until"),
            Self::Nothing => Fact::new(
                Kind::Conflict,
                "nothing-to-certify",
                "该期间没有已确认的服务",
                "no confirmed service in that time",
            ),
            Self::Own => Fact::new(
                Kind::Forbidden,
                "own-certificate",
                "不能为自己出具证明",
                "nobody certifies their own service",
            ),
            Self::Ended => Fact::new(
                Kind::Conflict,
                "certificate-ended",
                "证明已更正或撤销",
                "it was corrected or revoked before",
            ),
            Self::NoNumber => Fact::internal(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Issues a certificate of what was confirmed in some days; free of charge, by those who run the volunteer's home.
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
    if volunteer.account == ctx.principal.account {
        return Err(CertificateError::Own);
    }
    let zone = &app.catalogue.zone;
    let days = (command.from, command.until);
    let mut service: BTreeMap<String, (u32, u64)> = BTreeMap::new();
    for (kind, began_at, minutes) in list_counted(tx, volunteer.account).await? {
        let day = began_at.date_in(zone);
        if days.0 <= day && day <= days.1 {
            let sums = service.entry(kind).or_default();
            sums.0 += 1;
            sums.1 += u64::from(minutes);
        }
    }
    if service.is_empty() {
        return Err(CertificateError::Nothing);
    }
    let number = new_number().ok_or(CertificateError::NoNumber)?;
    if let Some((corrected, reason)) = &command.corrects {
        let old = hold_certificate(tx, *corrected).await?;
        let mut old = old
            .filter(|old| old.volunteer == volunteer.account)
            .ok_or(CertificateError::NotFound)?;
        let seen = old.version;
        let replaced = Some(number.clone());
        if !old.end(CertificateState::Corrected, reason.clone(), replaced) {
            return Err(CertificateError::Ended);
        }
        save_certificate(tx, &old, seen).await?;
    }
    let good = DAY.saturating_mul(GOOD_DAYS);
    let certificate = Certificate {
        id: app.ids.next(),
        number,
        volunteer: volunteer.account,
        volunteer_number: volunteer.number,
        issuer: volunteer.home,
        issued_by: ctx.principal.account,
        from: days.0,
        until: days.1,
        service: service
            .into_iter()
            .map(|(kind, (times, minutes))| (kind, times, minutes))
            .collect(),
        good_until: ctx.now.plus(good),
        reason: None,
        replaced_by: None,
        state: CertificateState::Valid,
        version: Version::FIRST,
        issued_at: ctx.now,
    };
    insert_certificate(tx, &certificate).await?;
    Ok(certificate)
}

/// Revokes a certificate.
pub(crate) async fn revoke_certificate(
    app: &App,
    ctx: &Ctx,
    (id, reason): (CertificateId, &str),
) -> Result<Certificate, CertificateError> {
    app.db
        .write("certificate.revoke", |tx| async move {
            let found = hold_certificate(&tx, id).await?;
            let may = |issuer: &OrgPath| runs(&ctx.principal, issuer);
            let mut certificate = found
                .filter(|found| may(&found.issuer))
                .ok_or(CertificateError::NotFound)?;
            let seen = certificate.version;
            if !certificate.end(CertificateState::Revoked, reason.to_owned(), None) {
                return Err(CertificateError::Ended);
            }
            save_certificate(&tx, &certificate, seen).await?;
            Ok(certificate)
        })
        .await
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
