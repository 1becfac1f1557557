//! The caller's own contacts: read, changed, taken back (我的联系信息).

use auth::Ctx;
use kernel::ContactId;

use super::caller::OK;
use super::register_contact::RegisterContact;
use super::vault::{self, ContactFacts, VaultError};
use super::{Caller, Identity};
use crate::domain::Contact;
use crate::store::{access_log, accounts, contacts};

/// Lists them, masked.
pub(crate) async fn list_my_contacts(
    app: &Identity,
    ctx: &Ctx,
) -> Result<Vec<ContactFacts>, VaultError> {
    let sealed = app.db.read("contact.mine", async |tx| {
        contacts::list_of(&tx, ctx.principal.account).await
    });
    let mut masked = Vec::new();
    for sealed in sealed.await? {
        masked.push(app.open_contact(sealed)?.masked());
    }
    Ok(masked)
}

/// Shows one in clear, and notes it: whoever has the session of another person sees it too.
pub(crate) async fn show_my_contact(
    app: &Identity,
    ctx: &Ctx,
    id: ContactId,
) -> Result<ContactFacts, VaultError> {
    let entry = Caller::from(ctx).entry(&id, OK);
    let sealed = app.db.maintain("contact.show_mine", async |tx| {
        let sealed = vault::own(&tx, ctx, id).await?;
        access_log::append(&tx, &entry).await?;
        Ok::<_, VaultError>(sealed)
    });
    Ok(app.open_contact(sealed.await?)?)
}

/// Puts other content in place of one's own.
pub(crate) async fn change_my_contact(
    app: &Identity,
    ctx: &Ctx,
    id: ContactId,
    command: RegisterContact,
) -> Result<ContactFacts, VaultError> {
    if command.details.is_empty() {
        return Err(VaultError::Empty);
    }
    let entry = Caller::from(ctx).entry(&id, OK);
    let changed = app.db.maintain("contact.change", async |tx| {
        let owner = ctx.principal.account;
        if accounts::lock_active(&tx, owner).await?.is_none() {
            return Err(VaultError::CallerUnknown);
        }
        let known = vault::own(&tx, ctx, id).await?.contact;
        if ctx.if_match.is_some_and(|seen| seen != known.version) {
            return Err(VaultError::Precondition);
        }
        let before = known.version;
        let contact = Contact {
            path: command.path.clone(),
            confidential: command.confidential,
            version: before.next(),
            ..known
        };
        // another key each time: what was there before is gone with the one before
        let sealed = app.seal_contact(contact, &command.details)?;
        contacts::replace(&tx, &sealed, before).await?;
        access_log::append(&tx, &entry).await?;
        Ok(sealed)
    });
    Ok(app.open_contact(changed.await?)?.masked())
}

/// Deletes one; its key goes with it.
pub(crate) async fn delete_my_contact(
    app: &Identity,
    ctx: &Ctx,
    id: ContactId,
) -> Result<(), VaultError> {
    let entry = Caller::from(ctx).entry(&id, OK);
    app.db
        .maintain("contact.delete", async |tx| {
            let known = vault::own(&tx, ctx, id).await?.contact;
            if ctx.if_match.is_some_and(|seen| seen != known.version) {
                return Err(VaultError::Precondition);
            }
            contacts::delete_seen(&tx, id, known.version).await?;
            access_log::append(&tx, &entry).await?;
            Ok(())
        })
        .await
}
