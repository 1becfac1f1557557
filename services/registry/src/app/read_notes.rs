use ::store::{StoreError, Tx};
use kernel::{AccountId, Cursor, CursorError, EventId, IdSourceExt, OrgCode};
use problem::{Category, Fact};

use super::page::{Paged, paged, rows_for};
use super::{App, Origin};
use crate::domain::read_note::{ReadKind, ReadNote};
use crate::store;

/// Name of the list in its cursors.
const NOTES: &str = "read-notes";

/// Why the record is not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadNoteError {
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ReadNoteError {
    fn fact(&self) -> Fact {
        match self {
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Takes down that the caller reads what is about persons, before it is handed out: what cannot be noted is not read.
pub(super) async fn note_read(
    app: &App,
    origin: &Origin<'_>,
    kind: ReadKind,
    org_code: &OrgCode,
    items: Option<usize>,
) -> Result<(), StoreError> {
    let note = note_of(app, origin, kind, Some(org_code), items);
    let Some(note) = &note else {
        return Ok(());
    };
    app.db
        .maintain("read.note", |tx| async move { add(&tx, note).await })
        .await
}

async fn add(tx: &Tx, note: &ReadNote) -> Result<(), StoreError> {
    store::insert_note(tx, note).await
}

/// Words a note; nothing where the system itself reads.
fn note_of(
    app: &App,
    origin: &Origin<'_>,
    kind: ReadKind,
    org_code: Option<&OrgCode>,
    items: Option<usize>,
) -> Option<ReadNote> {
    Some(ReadNote {
        id: app.ids.next(),
        account: origin.account()?,
        kind,
        org_code: org_code.cloned(),
        items: items.map(|items| u32::try_from(items).unwrap_or(u32::MAX)),
        at: origin.now,
    })
}

/// Lists one page of the record, the newest first; reading it is a note too.
pub(crate) async fn list_read_notes(
    app: &App,
    origin: &Origin<'_>,
    account: Option<AccountId>,
    org_code: Option<&OrgCode>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Paged<ReadNote>, ReadNoteError> {
    let after: Option<EventId> = cursor
        .map(|cursor| Cursor::decode(NOTES, cursor))
        .transpose()?;
    let found = app
        .db
        .maintain("read.list", |tx| async move {
            let found = store::list_notes(&*tx, account, org_code, after, rows_for(limit)).await?;
            let shown = found.len().min(limit);
            let own = note_of(app, origin, ReadKind::Notes, org_code, Some(shown));
            if let Some(own) = &own {
                add(&tx, own).await?;
            }
            Ok::<_, StoreError>(found)
        })
        .await?;
    Ok(paged(NOTES, found, limit, |note| note.id))
}
