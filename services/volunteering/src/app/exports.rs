//! Exports (导出): asked for, shown, cancelled and downloaded by their own caller only; made page by page, each page one
//! transaction with how far the export has come, so that one that was broken off goes on where it stopped.

use std::time::Duration;

use auth::Ctx;
use kernel::{CursorError, ExportId, IdSourceExt, Version};
use problem::{Category, Fact, Kind};
use store::{StoreError, idempotency};
use tables::ExportState;
use tokio::task::spawn_blocking;

use super::App;
use super::export_rows::next_page;
use super::page::{PageWanted, Paged};
use super::volunteer_error::{not_in_rules, out_of_scope};
use crate::domain::export_job::{Behind, ServiceExport, WantedExport};
use crate::domain::exports::ExportTable;
use crate::domain::runner::runs;
use crate::store::{
    count_exports, find_export, find_next_export, forget_exports, insert_export, insert_part,
    list_exports, load_part, save_export,
};

/// The list, for its cursors.
const LIST: &str = "service-exports";
/// Exports of an account that are made at a time, and in all.
const MOST_OWN: u64 = 2;
const MOST: u64 = 50;
/// How long an export is kept.
const KEPT: Duration = Duration::from_hours(7 * 24);
/// Pages that are made in one turn, of all exports.
const PAGES: usize = 100;
/// Exports that are forgotten at once.
const FORGOTTEN: u64 = 20;

/// Why an export is not made, shown or handed out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    #[error("the caller has none of that id")]
    NotFound,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("there is no such table")]
    Table,
    #[error("the period ends before it begins")]
    Period,
    #[error("the caller has {MOST_OWN} exports under way")]
    TooManyOwn,
    #[error("{MOST} exports are under way")]
    TooMany,
    #[error("the export is not ready")]
    NotReady,
    #[error("the workbook was not made")]
    Workbook,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ExportError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "export-not-found",
                "没有这个导出任务",
                "there is no such export",
            ),
            Self::OutOfScope => out_of_scope(),
            Self::Table => not_in_rules("/table"),
            Self::Period => Fact::new(
                Kind::Invalid,
                "invalid-period",
                "起始日须不晚于截止日",
                "the period must begin before it ends",
            )
            .at("/to"),
            Self::TooManyOwn => Fact::new(
                Kind::Conflict,
                "too-many-exports",
                format!("同时最多 {MOST_OWN} 个导出任务"),
                format!("at most {MOST_OWN} exports at a time"),
            ),
            Self::TooMany => Fact::new(
                Kind::TooMany,
                "exports-busy",
                "导出任务过多，请稍后再试",
                "too many exports are under way; try again later",
            )
            .after(60),
            Self::NotReady => Fact::new(
                Kind::Conflict,
                "export-not-ready",
                "导出文件尚未生成，或已取消",
                "the file is not there, or no longer",
            ),
            Self::Workbook => Fact::internal(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Number and rows of a page.
type MadePage<'rows> = (u32, &'rows [Vec<String>]);

/// Asks for an export; it is made page by page afterwards.
pub(crate) async fn open_export(
    app: &App,
    ctx: &Ctx,
    wanted: WantedExport,
) -> Result<ServiceExport, ExportError> {
    if !app.tables.contains_key(&wanted.table) {
        return Err(ExportError::Table);
    }
    if let (Some(from), Some(to)) = (wanted.from, wanted.to)
        && to < from
    {
        return Err(ExportError::Period);
    }
    if !ctx.is_open_at(&wanted.place) {
        return Err(ExportError::OutOfScope);
    }
    let key = ctx.idempotency(&wanted);
    let export = &ServiceExport {
        id: app.ids.next(),
        account: ctx.principal.account,
        wanted,
        state: ExportState::Running,
        reason: None,
        rows: 0,
        parts: 0,
        behind: Behind::default(),
        failures: 0,
        created_at: ctx.now,
        updated_at: ctx.now,
        expires_at: ctx.now.plus(KEPT),
        version: Version::FIRST,
    };
    let key = key.as_ref();
    app.db
        .write("export.open", |tx| async move {
            let effect = async {
                let (own, all) = count_exports(&*tx, export.account).await?;
                if own >= MOST_OWN {
                    return Err(ExportError::TooManyOwn);
                }
                if all >= MOST {
                    return Err(ExportError::TooMany);
                }
                insert_export(&tx, export).await?;
                Ok(export.clone())
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

/// Lists the caller's exports, the newest first.
pub(crate) async fn list_my_exports(
    app: &App,
    ctx: &Ctx,
    wanted: &PageWanted,
) -> Result<Paged<ServiceExport>, ExportError> {
    let after = wanted.after(LIST)?;
    let account = ctx.principal.account;
    let found = list_exports(app.db.reader(), account, after, wanted.rows()).await?;
    Ok(wanted.cut(LIST, found, |export| export.id))
}

/// Shows how far an export of the caller has come.
pub(crate) async fn show_export(
    app: &App,
    ctx: &Ctx,
    id: ExportId,
) -> Result<ServiceExport, ExportError> {
    let found = find_export(app.db.reader(), ctx.principal.account, id).await?;
    found.ok_or(ExportError::NotFound)
}

/// Cancels an export, or takes its file away; again is fine.
pub(crate) async fn cancel_export(
    app: &App,
    ctx: &Ctx,
    id: ExportId,
) -> Result<ServiceExport, ExportError> {
    app.db
        .write("export.cancel", |tx| async move {
            let found = find_export(&*tx, ctx.principal.account, id).await?;
            let before = found.ok_or(ExportError::NotFound)?;
            let Some(after) = before.cancel(ctx.now) else {
                return Ok(before);
            };
            save_export(&tx, &after, before.version).await?;
            Ok(after)
        })
        .await
}

/// Finds an export whose file is there, and which its caller may still see; with its table.
pub(crate) async fn load_ready<'app>(
    app: &'app App,
    ctx: &Ctx,
    id: ExportId,
) -> Result<(ServiceExport, &'app ExportTable), ExportError> {
    let export = show_export(app, ctx, id).await?;
    if !runs(&ctx.principal, &export.wanted.place) {
        return Err(ExportError::OutOfScope);
    }
    let over = export.expires_at < ctx.now;
    match app.tables.get(&export.wanted.table) {
        Some(table) if export.state == ExportState::Ready && !over => Ok((export, table)),
        _ => Err(ExportError::NotReady),
    }
}

/// Reads a page of a file.
pub(crate) async fn read_part(
    app: &App,
    id: ExportId,
    number: u32,
) -> Result<Vec<Vec<String>>, StoreError> {
    load_part(app.db.reader(), (id, number)).await
}

/// Makes the workbook of an export, in memory: it has no more rows than that bears.
pub(crate) async fn workbook(
    app: &App,
    export: &ServiceExport,
    header: Vec<String>,
) -> Result<Vec<u8>, ExportError> {
    let mut rows = vec![header];
    for number in 0..export.parts {
        rows.extend(read_part(app, export.id, number).await?);
    }
    let made = spawn_blocking(move || tables::workbook(&rows)).await;
    made.ok().and_then(Result::ok).ok_or(ExportError::Workbook)
}

/// Makes the next pages, of each export in turn; tells how many.
pub(crate) async fn work_on_exports(app: &App) -> Result<u64, StoreError> {
    let mut made = 0;
    for _ in 0..PAGES {
        let Some(export) = find_next_export(app.db.reader()).await? else {
            break;
        };
        match make_page(app, &export).await {
            // somebody cancelled it, or works on it as well
            Ok(()) | Err(StoreError::Stale) => {}
            Err(error) => {
                tracing::warn!(export.id = %export.id, %error, "page of an export failed");
                let failed = export.fail(app.clock.now());
                give_up(app, &failed, export.version).await?;
            }
        }
        made += 1;
    }
    Ok(made)
}

/// Saves that a page was not made, unless somebody cancelled the export, or went on with it, meanwhile.
async fn give_up(app: &App, failed: &ServiceExport, seen: Version) -> Result<(), StoreError> {
    match save(app, failed, (seen, None)).await {
        Err(StoreError::Stale) => Ok(()),
        saved => saved,
    }
}

async fn make_page(app: &App, export: &ServiceExport) -> Result<(), StoreError> {
    let table = app.tables.get(&export.wanted.table);
    let table = table.ok_or_else(|| StoreError::Corrupt("no such table any more".to_owned()))?;
    let (rows, behind) = next_page(app, export, table).await?;
    let after = export.page(rows.len(), behind, app.clock.now());
    let page = (after.parts > 0).then_some((export.parts, rows.as_slice()));
    save(app, &after, (export.version, page)).await
}

async fn save(
    app: &App,
    export: &ServiceExport,
    (seen, page): (Version, Option<MadePage<'_>>),
) -> Result<(), StoreError> {
    app.db
        .write("export.page", |tx| async move {
            save_export(&tx, export, seen).await?;
            match page {
                Some((number, rows)) => insert_part(&tx, (export.id, number), rows).await,
                None => Ok(()),
            }
        })
        .await
}

/// Forgets exports whose time is over.
pub(crate) async fn forget_old_exports(app: &App) -> Result<u64, StoreError> {
    let (now, mut forgotten) = (app.clock.now(), 0);
    loop {
        let gone = app
            .db
            .maintain("export.forget", async |tx| {
                forget_exports(&tx, now, FORGOTTEN).await
            })
            .await?;
        forgotten += gone;
        if gone < FORGOTTEN {
            return Ok(forgotten);
        }
    }
}

#[cfg(test)]
mod tests;
