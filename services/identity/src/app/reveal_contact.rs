//! See a contact in clear (查看明文): ask, let a second person decide where the contact is confidential,
//! open for a while. Each step is logged.

use auth::Ctx;
use kernel::{AccountId, ContactId, IdSourceExt, RevealId, Version};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{StoreError, Tx, idempotency};

use super::caller::OK;
use super::vault::{self, VaultError};
use super::{Caller, Identity};
use crate::domain::{ContactField, Decision, Details, Reveal, RevealRefused};
use crate::store::contacts::SealedContact;
use crate::store::{access_log, reveals};

/// What is to be seen, and why.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RequestReveal {
    pub(crate) contact: ContactId,
    pub(crate) fields: Vec<ContactField>,
    pub(crate) reason: String,
}

/// A request, with what it shows while it is open.
#[derive(Debug, Clone)]
pub(crate) struct Revealed {
    pub(crate) reveal: Reveal,
    pub(crate) details: Option<Details>,
}

/// Why nothing is shown or decided.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RevealError {
    #[error("no such request within the caller's reach")]
    RevealUnknown,
    #[error("no field is named")]
    NoField,
    #[error("it goes no further")]
    Refused(#[from] RevealRefused),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for RevealError {
    fn fact(&self) -> Fact {
        match self {
            // somebody else's request is not told from one that does not exist
            Self::RevealUnknown | Self::Refused(RevealRefused::NotYours) => Fact::new(
                Kind::NotFound,
                "reveal-not-found",
                "没有这项查看申请",
                "there is no such request",
            ),
            Self::NoField => Fact::new(
                Kind::Invalid,
                "reveal-empty",
                "请至少选择一个字段",
                "name at least one field",
            )
            .at("/fields"),
            Self::Refused(RevealRefused::Oneself) => Fact::new(
                Kind::Forbidden,
                "reveal-own",
                "须由他人审批",
                "somebody else has to decide",
            ),
            Self::Refused(RevealRefused::Decided) => Fact::new(
                Kind::Conflict,
                "reveal-decided",
                "该申请已审批",
                "the request was decided already",
            ),
            Self::Refused(RevealRefused::Lapsed | RevealRefused::Over) => Fact::new(
                Kind::Conflict,
                "reveal-over",
                "该申请已过期，请重新申请",
                "its time is over; ask again",
            ),
            Self::Refused(RevealRefused::NotApproved) => Fact::new(
                Kind::Conflict,
                "reveal-not-approved",
                "该申请尚未获得同意",
                "nobody has approved the request",
            ),
            Self::Vault(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Asks to see a contact; what is not confidential is shown at once.
pub(crate) async fn request_reveal(
    app: &Identity,
    ctx: &Ctx,
    mut command: RequestReveal,
) -> Result<Revealed, RevealError> {
    command.fields.sort_unstable();
    command.fields.dedup();
    if command.fields.is_empty() {
        return Err(RevealError::NoField);
    }
    let key = ctx.idempotency(&command);
    let id: RevealId = app.ids.next();
    let entry = Caller::from(ctx).entry(&id, OK);
    let shown = app.db.maintain("reveal.request", async |tx| {
        let sealed = vault::for_use(&tx, app, ctx, command.contact).await?;
        let effect = async {
            let (state, ends_at) = Reveal::begin(sealed.contact.confidential, ctx.now);
            let reveal = Reveal {
                id,
                contact: command.contact,
                path: sealed.contact.path.clone(),
                fields: command.fields.clone(),
                reason: command.reason.clone(),
                state,
                requested_by: ctx.principal.account,
                requested_at: ctx.now,
                decided_by: None,
                decided_at: None,
                ends_at,
                version: Version::FIRST,
            };
            reveals::insert(&tx, &reveal).await?;
            access_log::append(&tx, &entry).await?;
            Ok::<RevealId, RevealError>(id)
        };
        let id = idempotency::once(&tx, key.as_ref(), effect).await?;
        let reveal = reveals::find(&tx, id).await?;
        let reveal = reveal.ok_or(RevealError::RevealUnknown)?;
        Ok::<_, RevealError>((reveal, sealed))
    });
    let (reveal, sealed) = shown.await?;
    let confidential = sealed.contact.confidential;
    match reveal.check_open(ctx.principal.account, confidential, ctx.now) {
        Ok(()) => show(app, reveal, sealed),
        Err(_) => Ok(Revealed {
            reveal,
            details: None,
        }),
    }
}

fn show(app: &Identity, reveal: Reveal, sealed: SealedContact) -> Result<Revealed, RevealError> {
    let facts = app.open_contact(sealed).map_err(VaultError::from)?;
    let details = facts.details.only(&reveal.fields);
    Ok(Revealed {
        reveal,
        details: Some(details),
    })
}

/// Opens an approved request of the caller's own.
pub(crate) async fn open_reveal(
    app: &Identity,
    ctx: &Ctx,
    id: RevealId,
) -> Result<Revealed, RevealError> {
    let entry = Caller::from(ctx).entry(&id, OK);
    let shown = app.db.maintain("reveal.open", async |tx| {
        let reveal = reveals::find(&tx, id).await?;
        let reveal = reveal.ok_or(RevealError::RevealUnknown)?;
        let by = ctx.principal.account;
        reveal.check_open(by, false, ctx.now)?;
        // whoever lost the role, or keeps out since, sees nothing more
        let sealed = vault::for_use(&tx, app, ctx, reveal.contact).await?;
        reveal.check_open(by, sealed.contact.confidential, ctx.now)?;
        access_log::append(&tx, &entry).await?;
        Ok::<_, RevealError>((reveal, sealed))
    });
    let (reveal, sealed) = shown.await?;
    show(app, reveal, sealed)
}

/// Decides on somebody else's request.
pub(crate) async fn decide_reveal(
    app: &Identity,
    ctx: &Ctx,
    id: RevealId,
    decision: Decision,
) -> Result<Reveal, RevealError> {
    let entry = Caller::from(ctx).entry(&id, OK);
    app.db
        .maintain("reveal.decide", async |tx| {
            let mut reveal = reachable(&tx, ctx, id).await?;
            if decision == Decision::Approve {
                // as for whoever asks: nobody lets others see what they keep out of themselves
                vault::within_reach(&tx, ctx, reveal.contact).await?;
            }
            let before = reveal.version;
            let by: AccountId = ctx.principal.account;
            reveal.decide(by, decision, ctx.now)?;
            reveals::save(&tx, &reveal, before).await?;
            access_log::append(&tx, &entry).await?;
            Ok(reveal)
        })
        .await
}

async fn reachable(tx: &Tx, ctx: &Ctx, id: RevealId) -> Result<Reveal, RevealError> {
    let reveal = reveals::find(tx, id).await?;
    let reveal = reveal.filter(|reveal| ctx.is_open_at(&reveal.path));
    reveal.ok_or(RevealError::RevealUnknown)
}

/// Lists what waits for a decision within the caller's reach.
pub(crate) async fn list_reveals(
    app: &Identity,
    ctx: &Ctx,
    after: Option<RevealId>,
    limit: u64,
) -> Result<Vec<Reveal>, StoreError> {
    let places = ctx.open_places();
    let entry = Caller::from(ctx).entry(&"", OK);
    app.db
        .maintain("reveal.list", async |tx| {
            let pending = reveals::list_pending(&tx, &places, ctx.now, after, limit).await?;
            access_log::append(&tx, &entry).await?;
            Ok(pending)
        })
        .await
}
