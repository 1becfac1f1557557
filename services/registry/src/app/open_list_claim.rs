use ::store::{IdempotencyKey, Tx, idempotency};
use kernel::{AccountId, IdSourceExt, ListEntryId, Version};
use serde::Serialize;

use super::change_list_entry::speaks_for_owner;
use super::list_error::ListError;
use super::{App, Origin};
use crate::domain::list_claim::{Claim, ClaimState, Side};
use crate::domain::list_entry::{ListEntry, ListKind};
use crate::{events, store};

/// Asks for a resource, or offers one.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenListClaim {
    /// The need or the project.
    pub(crate) wanted: ListEntryId,
    /// The resource.
    pub(crate) resource: ListEntryId,
    /// In whose name the caller asks.
    pub(crate) asked_by: Side,
    pub(crate) quantity: u32,
    pub(crate) account: AccountId,
}

/// Asks for a resource or offers one; the other side has to confirm. Nothing is taken yet.
pub(crate) async fn open_list_claim(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &OpenListClaim,
) -> Result<Claim, ListError> {
    app.db
        .write("list_claim.open", |tx| async move {
            idempotency::once(&tx, key, open(app, origin, command, &tx)).await
        })
        .await
}

async fn open(
    app: &App,
    origin: &Origin<'_>,
    command: &OpenListClaim,
    tx: &Tx,
) -> Result<Claim, ListError> {
    let wanted = store::find_entry(tx, command.wanted).await?;
    let wanted = wanted.filter(|entry| entry.kind.is_wanting());
    let wanted = wanted.ok_or(ListError::EntryUnknown("/wanted_id"))?;
    let resource = store::find_entry(tx, command.resource).await?;
    let resource = resource.filter(|entry| entry.kind == ListKind::Resource);
    let resource = resource.ok_or(ListError::EntryUnknown("/resource_id"))?;
    let own = match command.asked_by {
        Side::Wanting => &wanted,
        Side::Giving => &resource,
    };
    if !speaks_for_owner(tx, origin, own).await? {
        return Err(ListError::OutOfScope);
    }
    if !has_left(&wanted, command.quantity) || !has_left(&resource, command.quantity) {
        return Err(ListError::NotEnough);
    }
    let claim = Claim {
        id: app.ids.next(),
        wanted: wanted.id,
        resource: resource.id,
        asked_by: command.asked_by,
        quantity: command.quantity,
        state: ClaimState::Proposed,
        account: command.account,
        version: Version::FIRST,
        created_at: origin.now,
        updated_at: origin.now,
    };
    if !store::insert_claim(tx, &claim).await? {
        return Err(ListError::Already);
    }
    let event = events::claim_changed(origin, app.ids.as_ref(), &claim, &wanted, &resource);
    bus::emit(tx, vec![event]).await?;
    Ok(claim)
}

fn has_left(entry: &ListEntry, quantity: u32) -> bool {
    entry.state.is_live() && entry.remaining().is_none_or(|left| quantity <= left)
}
