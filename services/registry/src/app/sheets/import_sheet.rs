use std::sync::Arc;

use auth::Principal;
use kernel::{IdSourceExt, ImportId, Version};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, idempotency};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::ahead::Ahead;
use super::{App, CHUNK, Origin, SheetError, look};
use crate::domain::import::{Counts, Import, ImportRow, ImportState, Outcome, Sender, queue};
use crate::domain::sheet::{Resource, read};
use crate::store::insert_import;

/// Files read at once in a process: each may unpack to a good deal of memory.
static READING: Semaphore = Semaphore::const_new(2);

/// A file to take over.
#[derive(Debug, Clone)]
pub(crate) struct ImportSheet {
    pub(crate) resource: Resource,
    pub(crate) content: Vec<u8>,
}

/// What an idempotency key stands for.
#[derive(Serialize)]
struct Fingerprint<'a> {
    resource: Resource,
    rows: Vec<&'a [String]>,
}

/// What a file would do.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) rows: usize,
    pub(crate) counts: Counts,
    /// Rows that are refused, in the order of the file.
    pub(crate) refused: Vec<ImportRow>,
}

async fn rows_of(command: ImportSheet) -> Result<Vec<ImportRow>, SheetError> {
    // nobody closes the semaphore
    let place = READING.acquire().await.map_err(|_| SheetError::BrokeOff)?;
    // unpacking and reading is work for a processor, not for the thread that answers requests
    let rows = spawn_blocking(move || {
        let rows = read(command.resource, &command.content)?;
        Ok(queue(command.resource, rows))
    });
    let rows = rows.await.map_err(|_| SheetError::BrokeOff)?;
    drop(place);
    rows.map_err(SheetError::File)
}

/// Says what a file would do; stores nothing.
pub(crate) async fn check_sheet(
    app: &App,
    origin: &Origin<'_>,
    command: ImportSheet,
) -> Result<Report, SheetError> {
    let resource = command.resource;
    let mut rows = rows_of(command).await?;
    let when = app.effective(None, origin.now)?;
    let mut ahead = Ahead::default();
    let size = usize::try_from(CHUNK).unwrap_or(usize::MAX);
    let mut counts = Counts::default();
    for chunk in rows.chunks_mut(size) {
        let waiting = |row: &&mut ImportRow| row.answer.outcome == Outcome::Waiting;
        let mut open: Vec<&mut ImportRow> = chunk.iter_mut().filter(waiting).collect();
        let cells: Vec<Vec<String>> = open
            .iter_mut()
            .map(|row| std::mem::take(&mut row.cells))
            .collect();
        let cells: Vec<&[String]> = cells.iter().map(Vec::as_slice).collect();
        let answers = look(app, origin, resource, &cells, when, &mut ahead).await?;
        for (row, answer) in open.into_iter().zip(answers) {
            row.answer = answer;
        }
        for row in chunk {
            counts.add(row.answer.outcome);
        }
    }
    let total = rows.len();
    rows.retain(|row| row.answer.outcome == Outcome::Refused);
    rows.sort_by_key(|row| row.line);
    Ok(Report {
        rows: total,
        counts,
        refused: rows,
    })
}

/// Takes a file over: stores its rows, to be worked on one chunk after the other.
pub(crate) async fn import_sheet(
    app: &Arc<App>,
    origin: &Origin<'_>,
    principal: &Principal,
    key: impl FnOnce(&serde_json::Value) -> Option<IdempotencyKey>,
    command: ImportSheet,
) -> Result<Import, SheetError> {
    let resource = command.resource;
    let rows = &rows_of(command).await?;
    let fingerprint = serde_json::to_value(Fingerprint {
        resource,
        rows: rows.iter().map(|row| row.cells.as_slice()).collect(),
    })?;
    let key = &key(&fingerprint);
    let sender = &origin.sender(principal)?;
    let id: ImportId = app
        .db
        .write("sheet.import", |tx| async move {
            let effect = async {
                let mut counts = Counts::default();
                for row in rows {
                    counts.add(row.answer.outcome);
                }
                let mut import = Import {
                    id: app.ids.next(),
                    resource,
                    account: sender.account,
                    sender: Sender::clone(sender),
                    state: ImportState::Applying,
                    rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
                    cursor: 0,
                    counts,
                    failed_turns: 0,
                    stopped_because: None,
                    version: Version::FIRST,
                    created_at: origin.now,
                    updated_at: origin.now,
                };
                if rows.is_empty() {
                    import.advance([], None, origin.now);
                }
                insert_import(&tx, &import, rows).await?;
                Ok::<_, StoreError>(import.id)
            };
            idempotency::once(&tx, key.as_ref(), effect).await
        })
        .await?;
    app.begin_work(id);
    let found = crate::store::find_import(app.db.reader(), id).await?;
    found.ok_or(SheetError::NotFound)
}
