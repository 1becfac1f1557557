//! Put a contact into the vault (登记联系信息): one's own, or a caller's on their behalf.

use auth::Ctx;
use kernel::{AccountId, ContactId, IdSourceExt, OrgPath, Version};
use problem::{Category, Fact, Kind};
use store::{StoreError, idempotency};

use super::caller::OK;
use super::vault::{ContactFacts, VaultError};
use super::{Caller, Identity};
use crate::domain::{Contact, Details, MAX_OWN_CONTACTS};
use crate::store::{access_log, accounts, contacts, privacy};

/// What it says, and who may ask for it.
pub(crate) struct RegisterContact {
    pub(crate) path: OrgPath,
    pub(crate) confidential: bool,
    pub(crate) details: Details,
}

/// Why a contact is not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterContactError {
    #[error("the account has too many contacts")]
    TooMany,
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for RegisterContactError {
    fn fact(&self) -> Fact {
        match self {
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "contacts-too-many",
                "联系信息过多，请先删除旧的",
                "the account has too many contacts; delete old ones first",
            ),
            Self::Vault(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Keeps a contact that staff took in; only its id leaves the vault.
pub(crate) async fn register_contact(
    app: &Identity,
    ctx: &Ctx,
    command: RegisterContact,
) -> Result<ContactFacts, RegisterContactError> {
    if !ctx.is_open_at(&command.path) {
        return Err(VaultError::PlaceOutside.into());
    }
    keep(app, ctx, None, command).await
}

/// Keeps a contact of the caller's own.
pub(crate) async fn register_my_contact(
    app: &Identity,
    ctx: &Ctx,
    command: RegisterContact,
) -> Result<ContactFacts, RegisterContactError> {
    keep(app, ctx, Some(ctx.principal.account), command).await
}

async fn keep(
    app: &Identity,
    ctx: &Ctx,
    owner: Option<AccountId>,
    command: RegisterContact,
) -> Result<ContactFacts, RegisterContactError> {
    let RegisterContact {
        path,
        confidential,
        details,
    } = command;
    if details.is_empty() {
        return Err(VaultError::Empty.into());
    }
    let key = ctx.idempotency(&(path.as_str(), confidential, app.fingerprint(&details)));
    let contact = Contact {
        id: app.ids.next(),
        owner,
        path,
        confidential,
        restricted: false,
        version: Version::FIRST,
        created_by: ctx.principal.account,
        created_at: ctx.now,
        kept_until: owner.is_none().then(|| app.contact_end(ctx.now)),
    };
    let sealed = app
        .seal_contact(contact, &details)
        .map_err(VaultError::from)?;
    let caller = Caller::from(ctx);
    let kept = app.db.maintain("contact.register", async |tx| {
        let effect = async {
            if let Some(owner) = owner {
                // those that are counted are counted one after the other
                if accounts::lock_active(&tx, owner).await?.is_none() {
                    return Err(VaultError::CallerUnknown.into());
                }
                if contacts::count_of(&tx, owner).await? >= MAX_OWN_CONTACTS {
                    return Err(RegisterContactError::TooMany);
                }
            }
            let restricted = match owner {
                Some(owner) => privacy::is_restricted(&tx, owner).await?,
                None => false,
            };
            let mut sealed = sealed.clone();
            sealed.contact.restricted = restricted;
            contacts::insert(&tx, &sealed).await?;
            access_log::append(&tx, &caller.entry(&sealed.contact.id, OK)).await?;
            Ok::<ContactId, RegisterContactError>(sealed.contact.id)
        };
        let id = idempotency::once(&tx, key.as_ref(), effect).await?;
        let kept = contacts::find(&tx, id).await?;
        kept.ok_or_else(|| VaultError::ContactUnknown.into())
    });
    let kept: Result<_, RegisterContactError> = kept.await;
    let facts = app.open_contact(kept?).map_err(VaultError::from)?;
    Ok(facts.masked())
}
