use ::store::{IdempotencyKey, StoreError, Tx, idempotency};
use kernel::{ListEntryId, Version};
use sea_orm::ConnectionTrait;
use serde::Serialize;

use super::list_error::ListError;
use super::{App, Origin};
use crate::domain::list_entry::{EntryStep, ListEntry};
use crate::store;

/// Most entries that one run of the schedule ends.
const MOST_ENDED: u64 = 500;

/// Takes an entry a step further.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangeListEntry {
    pub(crate) id: ListEntryId,
    pub(crate) step: EntryStep,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Says whether the caller speaks for the owner of an entry.
pub(super) async fn speaks_for_owner(
    db: &impl ConnectionTrait,
    origin: &Origin<'_>,
    entry: &ListEntry,
) -> Result<bool, StoreError> {
    let owner = store::find_organisation(db, &entry.owner_code).await?;
    Ok(owner.is_some_and(|owner| origin.speaks_for(&owner.path)))
}

/// Starts, finishes or withdraws an entry of an organisation that the caller speaks for.
pub(crate) async fn change_list_entry(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &ChangeListEntry,
) -> Result<ListEntry, ListError> {
    app.db
        .write("list_entry.change", |tx| async move {
            idempotency::once(&tx, key, change(origin, command, &tx)).await
        })
        .await
}

async fn change(
    origin: &Origin<'_>,
    command: &ChangeListEntry,
    tx: &Tx,
) -> Result<ListEntry, ListError> {
    let found = store::find_entry(tx, command.id).await?;
    let mut entry = found.ok_or(ListError::NotFound)?;
    if !speaks_for_owner(tx, origin, &entry).await? {
        return Err(ListError::OutOfScope);
    }
    let seen = entry.version;
    if command.seen.is_some_and(|wanted| wanted != seen) {
        return Err(ListError::OtherVersion);
    }
    let stepped = entry.step(command.step, origin.now);
    stepped.ok_or(ListError::WrongState)?;
    store::save_entry(tx, &entry, seen).await?;
    Ok(entry)
}

/// Ends the entries whose term is over; returns how many.
pub(crate) async fn expire_list_entries(app: &App) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let today = app.today(now);
    app.db
        .write("list_entry.expire", |tx| async move {
            let mut ended = 0;
            for mut entry in store::list_ended(&*tx, today, MOST_ENDED).await? {
                let seen = entry.version;
                if entry.expire(today, now).is_some() {
                    store::save_entry(&tx, &entry, seen).await?;
                    ended += 1;
                }
            }
            Ok::<_, StoreError>(ended)
        })
        .await
}
