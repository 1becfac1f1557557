//! Contacts of others, masked: by id, by phone or by id number (查找联系信息).

use auth::Ctx;
use kernel::ContactId;

use super::caller::OK;
use super::vault::{self, ContactFacts, VaultError};
use super::{Caller, Identity};
use crate::domain::ContactField;
use crate::store::{access_log, contacts, exclusions};

/// Contacts of one number that are looked at.
const LOOKED_AT: u64 = 200;
/// Contacts that are shown.
const SHOWN: usize = 50;

/// Shows one, and notes that it was read.
pub(crate) async fn show_contact(
    app: &Identity,
    ctx: &Ctx,
    id: ContactId,
) -> Result<ContactFacts, VaultError> {
    let entry = Caller::from(ctx).entry(&id, OK);
    let sealed = app.db.maintain("contact.show", async |tx| {
        let sealed = vault::for_use(&tx, app, ctx, id).await?;
        access_log::append(&tx, &entry).await?;
        Ok::<_, VaultError>(sealed)
    });
    Ok(app.open_contact(sealed.await?)?.masked())
}

/// Lists those with this phone or id number within the caller's reach, newest first, and notes that
/// they were looked for: not for whom, which would be the number itself.
pub(crate) async fn find_contacts(
    app: &Identity,
    ctx: &Ctx,
    field: ContactField,
    value: &str,
) -> Result<Vec<ContactFacts>, VaultError> {
    let blind = app.blind(field, value);
    let entry = Caller::from(ctx).entry(&field.as_str(), OK);
    let found = app.db.maintain("contact.find", async |tx| {
        let mut found = contacts::list_by_blind(&tx, field, &blind, LOOKED_AT).await?;
        let own = exclusions::list(&tx, ctx.principal.account).await?;
        found.retain(|sealed| {
            let contact = &sealed.contact;
            ctx.is_open_at(&contact.path) && !contact.restricted && !vault::keeps_out(&own, contact)
        });
        found.truncate(SHOWN);
        access_log::append(&tx, &entry).await?;
        Ok::<_, VaultError>(found)
    });
    let mut masked = Vec::new();
    for sealed in found.await? {
        masked.push(app.open_contact(sealed)?.masked());
    }
    Ok(masked)
}
