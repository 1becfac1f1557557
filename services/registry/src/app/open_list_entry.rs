use ::store::{IdempotencyKey, Tx, idempotency};
use kernel::{AccountId, IdSourceExt, Line, OrgCode, Text, Version};
use serde::Serialize;

use super::list_error::ListError;
use super::{App, Origin};
use crate::domain::list_entry::{EntryState, ListEntry, ListKind, Term, Topic};
use crate::domain::organisation::Organisation;
use crate::store;

/// Puts an entry on a list.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenListEntry {
    pub(crate) kind: ListKind,
    pub(crate) topic: Topic,
    pub(crate) tags: Vec<Line<1, 20>>,
    pub(crate) title: Line<1, 100>,
    pub(crate) detail: Option<Text<1, 2000>>,
    pub(crate) owner_code: OrgCode,
    /// Where it is needed or to be had; with its owner where none is named.
    pub(crate) place_code: Option<OrgCode>,
    pub(crate) quantity: Option<u32>,
    pub(crate) term: Term,
    pub(crate) account: AccountId,
}

/// Puts an entry on a list of an organisation that the caller speaks for.
pub(crate) async fn open_list_entry(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &OpenListEntry,
) -> Result<ListEntry, ListError> {
    let today = app.today(origin.now);
    if command.term.is_reversed() || command.term.is_over(today) {
        return Err(ListError::WrongTerm);
    }
    if command.quantity.is_some() && !command.kind.is_counted() {
        return Err(ListError::NotCounted);
    }
    app.db
        .write("list_entry.open", |tx| async move {
            idempotency::once(&tx, key, open(app, origin, command, &tx)).await
        })
        .await
}

async fn open(
    app: &App,
    origin: &Origin<'_>,
    command: &OpenListEntry,
    tx: &Tx,
) -> Result<ListEntry, ListError> {
    let owner = load_open(tx, &command.owner_code, "/owner_code").await?;
    if !origin.speaks_for(&owner.path) {
        return Err(ListError::OutOfScope);
    }
    store::hold(tx, &[&owner]).await?;
    let place_code = match &command.place_code {
        Some(code) => load_open(tx, code, "/place_code").await?.code,
        None => owner.code.clone(),
    };
    let mut tags: Vec<String> = command.tags.iter().map(ToString::to_string).collect();
    tags.sort_unstable();
    tags.dedup();
    let entry = ListEntry {
        id: app.ids.next(),
        kind: command.kind,
        topic: command.topic,
        tags,
        title: command.title.to_string(),
        detail: command
            .detail
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        owner_code: owner.code,
        place_code,
        quantity: command.quantity,
        taken: 0,
        term: command.term,
        state: EntryState::Open,
        account: command.account,
        version: Version::FIRST,
        created_at: origin.now,
        updated_at: origin.now,
    };
    store::insert_entry(tx, &entry).await?;
    Ok(entry)
}

async fn load_open(
    tx: &Tx,
    code: &OrgCode,
    pointer: &'static str,
) -> Result<Organisation, ListError> {
    let found = store::find_organisation(tx, code).await?;
    let open = found.filter(|node| !node.is_closed());
    open.ok_or_else(|| ListError::PlaceUnknown {
        code: code.clone(),
        pointer,
    })
}
