//! Sheets that are taken over (导入): read, weighed and made in one transaction, or nothing of them; taken back as a whole.

mod error;
mod make;
mod undo;
mod weigh;

use auth::Ctx;
use kernel::{IdSourceExt, ImportId, OrgPath, Version};
use store::Writes;
use tables::sheet::SheetRow;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::App;
use super::page::{PageWanted, Paged};
use crate::domain::feed::digest_of;
use crate::domain::imports::{
    LineError, MOST_ROWS, ServiceImport, ServiceImportKind, ServiceImportState,
};
use crate::store::{
    Locked, PlaceList, find_import, find_import_of, insert_import, load_imports, show_at,
};

pub(crate) use error::ImportError;
pub(crate) use undo::undo_import;

/// The list, for its cursors.
const LIST: &str = "service-imports";
/// Files read at once in a process: each may unpack to a good deal of memory.
static READING: Semaphore = Semaphore::const_new(2);

/// A file to take over, for an organisation.
#[derive(Debug)]
pub(crate) struct WantedImport {
    pub(crate) kind: ServiceImportKind,
    pub(crate) place: OrgPath,
    pub(crate) content: Vec<u8>,
}

/// What a file would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImportReport {
    /// Rows of the file.
    pub(crate) rows: usize,
    /// What is wrong, in the order of the lines.
    pub(crate) errors: Vec<LineError>,
    /// The same content is there already.
    pub(crate) known: Option<ImportId>,
}

/// The rows of a file, and what stands for them.
struct Content {
    rows: Vec<SheetRow>,
    key: String,
}

async fn read(ctx: &Ctx, wanted: &mut WantedImport) -> Result<Content, ImportError> {
    if wanted.place.leaf().is_none() {
        return Err(ImportError::NoPlace);
    }
    if !ctx.is_open_at(&wanted.place) {
        return Err(ImportError::OutOfScope);
    }
    let (kind, content) = (wanted.kind, std::mem::take(&mut wanted.content));
    // nobody closes the semaphore
    let place = READING.acquire().await.map_err(|_| ImportError::BrokeOff)?;
    // unpacking and reading is work for a processor, not for the thread that answers requests
    let rows = spawn_blocking(move || tables::sheet::read(kind.columns(), MOST_ROWS, &content));
    let rows = rows.await.map_err(|_| ImportError::BrokeOff)?;
    drop(place);
    let rows = rows.map_err(ImportError::File)?;
    if rows.is_empty() {
        return Err(ImportError::NoRows);
    }
    // the rows and not the bytes: a spreadsheet writes the same table in many ways
    let cells: Vec<&[String]> = rows.iter().map(|row| row.cells.as_slice()).collect();
    let said = serde_json::to_vec(&(kind, &wanted.place, cells));
    let key = digest_of(said.map_err(|_| ImportError::BrokeOff)?);
    Ok(Content { rows, key })
}

/// Says what a file would do; stores nothing.
pub(crate) async fn check_import(
    app: &App,
    ctx: &Ctx,
    mut wanted: WantedImport,
) -> Result<ImportReport, ImportError> {
    let Content { rows, key } = read(ctx, &mut wanted).await?;
    let db = app.db.reader();
    let known = find_import_of(db, &key).await?;
    let errors = if known.is_some() {
        Vec::new()
    } else {
        let of = (wanted.kind, &wanted.place);
        let (_, errors) = weigh::weigh(app, ctx, db, of, (&rows, Locked::No)).await?;
        errors
    };
    Ok(ImportReport {
        rows: rows.len(),
        errors,
        known: known.map(|known| known.id),
    })
}

/// Takes a file over, all of it or nothing; the same content again is the same import. Says whether it is new.
pub(crate) async fn import_sheet(
    app: &App,
    ctx: &Ctx,
    mut wanted: WantedImport,
) -> Result<(ServiceImport, bool), ImportError> {
    let Content { rows, key } = &read(ctx, &mut wanted).await?;
    let (kind, place) = (wanted.kind, &wanted.place);
    app.db
        .write("service.import", |tx| async move {
            if let Some(known) = find_import_of(&*tx, key).await? {
                return Ok((known, false));
            }
            let mut import = ServiceImport {
                id: app.ids.next(),
                kind,
                org_path: place.clone(),
                account: ctx.principal.account,
                state: ServiceImportState::Applied,
                rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
                made: 0,
                version: Version::FIRST,
                created_at: ctx.now,
                undone_at: None,
            };
            // whoever sends the same at once waits here, and finds it
            if !insert_import(&tx, &import, key).await? {
                let known = find_import_of(&*tx, key).await?;
                return Ok((known.ok_or(ImportError::BrokeOff)?, false));
            }
            let of = (kind, place);
            let (plan, errors) = weigh::weigh(app, ctx, &*tx, of, (rows, Locked::Yes)).await?;
            if !errors.is_empty() {
                return Err(ImportError::Wrong(ImportReport {
                    rows: rows.len(),
                    errors,
                    known: None,
                }));
            }
            make::make(app, ctx, &tx, (&mut import, plan)).await?;
            let mut writes = Writes::default();
            show_at(&mut writes, PlaceList::ServiceImports, place, import.id);
            writes.run(&tx).await?;
            Ok((import, true))
        })
        .await
}

/// Shows an import to those who run its place.
pub(crate) async fn show_import(
    app: &App,
    ctx: &Ctx,
    id: ImportId,
) -> Result<ServiceImport, ImportError> {
    let found = find_import(app.db.reader(), id).await?;
    found
        .filter(|found| ctx.is_open_at(&found.org_path))
        .ok_or(ImportError::NotFound)
}

/// Lists the imports at or below a place, the newest first.
pub(crate) async fn list_imports(
    app: &App,
    ctx: &Ctx,
    place: &OrgPath,
    wanted: &PageWanted,
) -> Result<Paged<ServiceImport>, ImportError> {
    if !ctx.is_open_at(place) {
        return Err(ImportError::OutOfScope);
    }
    let db = app.db.reader();
    let list = (LIST, PlaceList::ServiceImports);
    let (ids, next) = wanted.ids_at::<_, ImportError>(db, list, place).await?;
    Ok((load_imports(db, &ids).await?, next))
}
