//! Makes exports page by page: each page is one transaction with how far the export has come, so that one that was
//! broken off goes on where it stopped, in whichever process.

use ::store::StoreError;
use kernel::{Exclusions, ExportId, OrgPath};
use problem::Locale;
use tokio::task::spawn_blocking;

use super::App;
use super::exports::{ExportError, Wanted};
use super::list_orders::keeps_out;
use super::view::{state_title, words};
use crate::domain::export::{ExportState, headers};
use crate::domain::search::Traits;
use crate::store::exports::{
    StoredExport, delete_parts, find_next, find_part, forget_exports, insert_part, save_export,
};
use crate::store::from_json;
use crate::store::listing::{Among, Listed, Selection, Walk, list_with};
use crate::store::scopes::scope_of;

/// Orders of a page: for more, PostgreSQL walks through the orders of everybody instead of the scope's.
const PAGE: u64 = 50;
/// Pages that are made in one turn, of all exports.
const PAGES: usize = 100;
/// Pages that may fail one after the other.
const FAILURES: u32 = 5;
/// Exports that are forgotten at once.
const FORGOTTEN: u64 = 20;

/// Makes the next pages, of each export in turn; returns how many.
pub(crate) async fn work_on_exports(app: &App) -> Result<u64, StoreError> {
    make_pages(app, PAGE, PAGES).await
}

/// Makes so many pages of so many orders.
async fn make_pages(app: &App, size: u64, pages: usize) -> Result<u64, StoreError> {
    let mut made = 0;
    for _ in 0..pages {
        let Some(export) = find_next(app.db.reader()).await? else {
            break;
        };
        match make_page(app, &export, size).await {
            // somebody cancelled it, or works on it as well
            Ok(()) | Err(StoreError::Stale) => {}
            Err(error) => {
                tracing::warn!(export.id = %export.id, error = %error, "page of an export failed");
                give_up(app, &export).await?;
            }
        }
        made += 1;
    }
    Ok(made)
}

async fn make_page(app: &App, before: &StoredExport, size: u64) -> Result<(), StoreError> {
    let wanted: Wanted = from_json(&before.wanted)?;
    let orders = &wanted.orders;
    let selection = Selection {
        among: Among::Scope {
            code: scope_of(&wanted.scope),
            categories: wanted.categories.clone(),
        },
        state: orders.state.clone(),
        workflow: orders.workflow.clone(),
        below: None,
        overdue: orders.overdue.map(|overdue| (overdue, wanted.as_of)),
        supervised: orders.supervised,
        walk: Walk::Newest(before.behind),
        limit: size,
    };
    let traits = Traits {
        category: orders.category.clone(),
        channel: orders.channel.clone(),
        from: orders.from,
        to: orders.to,
    };
    let db = app.db.reader();
    let listed = list_with(db, &selection, &traits).await?;
    let exclusions: Exclusions = exclusions::list_of(db, before.account).await?;
    let over = u64::try_from(listed.len()) != Ok(size);
    let behind = listed.last().map(|order| order.id).or(before.behind);
    let shown = listed
        .iter()
        .filter(|order| !keeps_out(&exclusions, before.account, order));
    let rows: Vec<Vec<String>> = shown.map(|order| row(app, &wanted, order)).collect();
    let made = before
        .rows
        .saturating_add(u64::try_from(rows.len()).unwrap_or(u64::MAX));
    let too_many = made > orders.format.most_rows();
    let after = StoredExport {
        state: match () {
            () if too_many => ExportState::Failed,
            () if over => ExportState::Ready,
            () => ExportState::Running,
        },
        reason: if too_many { "too_many_rows" } else { "" }.to_owned(),
        rows: made,
        parts: before.parts.saturating_add(1),
        behind,
        failures: 0,
        updated_at: app.clock.now(),
        version: before.version.next(),
        ..before.clone()
    };
    let (after, rows) = (&after, &rows);
    app.db
        .write("export.page", |tx| async move {
            save_export(&tx, before.version, after).await?;
            if too_many {
                return delete_parts(&tx, after.id).await;
            }
            insert_part(&tx, after.id, before.parts, rows).await
        })
        .await
}

/// Counts a failure; after several an export is given up, honestly.
async fn give_up(app: &App, before: &StoredExport) -> Result<(), StoreError> {
    let failures = before.failures.saturating_add(1);
    let failed = failures >= FAILURES;
    let after = &StoredExport {
        state: if failed {
            ExportState::Failed
        } else {
            before.state
        },
        reason: if failed { "broke_off" } else { "" }.to_owned(),
        failures,
        updated_at: app.clock.now(),
        version: before.version.next(),
        ..before.clone()
    };
    let saved = app.db.write("export.fail", |tx| async move {
        save_export(&tx, before.version, after).await?;
        if failed {
            delete_parts(&tx, after.id).await?;
        }
        Ok(())
    });
    match saved.await {
        Err(StoreError::Stale) => Ok(()),
        outcome => outcome,
    }
}

fn row(app: &App, wanted: &Wanted, order: &Listed) -> Vec<String> {
    let locale = wanted.locale();
    let version = u32::try_from(order.workflow_version).unwrap_or_default();
    let definition = app.workflows.find(&order.workflow, version);
    let category = order.category.as_deref();
    let title = category.and_then(|code| app.categories.title(code));
    let late = order.due_at.is_some_and(|due_at| due_at < wanted.as_of);
    let unit = order.unit_path.as_ref().and_then(OrgPath::leaf);
    let yes = match locale {
        Locale::Zh => "是",
        Locale::En => "yes",
    };
    vec![
        order.number.clone(),
        order.workflow.clone(),
        state_title(definition.map(AsRef::as_ref), &order.state, locale),
        order.category.clone().unwrap_or_default(),
        title
            .map(|title| words(&title, locale).to_owned())
            .unwrap_or_default(),
        order.channel.clone(),
        order.org_code.to_string(),
        order.org_name.clone(),
        unit.map(|unit| unit.to_string()).unwrap_or_default(),
        order.round.to_string(),
        if late { yes.to_owned() } else { String::new() },
        order.due_at.map(|at| at.to_string()).unwrap_or_default(),
        order.created_at.to_string(),
        order.updated_at.to_string(),
    ]
}

/// Returns the headers of a file.
pub(crate) fn header(wanted: &Wanted) -> Vec<String> {
    let locale = wanted.locale();
    let titles = headers();
    titles
        .iter()
        .map(|title| words(title, locale).to_owned())
        .collect()
}

/// Reads a page of an export; nothing behind the last one.
pub(crate) async fn read_page(
    app: &App,
    id: ExportId,
    number: u32,
) -> Result<Option<Vec<Vec<String>>>, StoreError> {
    find_part(app.db.reader(), id, number).await
}

/// Makes the workbook of an export, in memory: it has no more rows than that bears.
pub(crate) async fn workbook(
    app: &App,
    export: &StoredExport,
    wanted: &Wanted,
) -> Result<Vec<u8>, ExportError> {
    let mut rows = vec![header(wanted)];
    for number in 0..export.parts {
        // cancelled or forgotten meanwhile
        let page = read_page(app, export.id, number).await?;
        rows.extend(page.ok_or(ExportError::Cut)?);
    }
    let made = spawn_blocking(move || tables::workbook(&rows)).await;
    made.ok().and_then(Result::ok).ok_or(ExportError::Workbook)
}

/// Forgets exports whose time is over.
pub(crate) async fn forget_old_exports(app: &App) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let mut forgotten = 0;
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
