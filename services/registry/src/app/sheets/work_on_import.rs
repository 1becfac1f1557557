use std::sync::Arc;
use std::time::Duration;

use auth::{Principal, TraceContext};
use kernel::ImportId;
use store::StoreError;

use super::{App, CHUNK, Origin, SheetError, apply, take_back};
use crate::domain::import::{Answer, Import, ImportRow, ImportState, Outcome};
use crate::store::{
    Next, list_import_rows, list_resting, save_import, save_import_rows, take_import,
};

/// How often a chunk is tried again when somebody changed what it was about.
const ATTEMPTS: u32 = 5;
/// After how long an import that does not come on was left behind by whoever worked on it.
const RESTING: Duration = Duration::from_mins(1);
/// Imports that are resumed in one turn.
const MOST_RESUMED: u64 = 100;

/// Works on an import to its end, one chunk after the other, each in a transaction of its own. Whoever
/// else does the same takes the next chunk: none is worked on twice.
pub(crate) async fn work_on_import(app: Arc<App>, id: ImportId) {
    // one file at a time: the next one waits, requests do not
    let _turn = app.importing.lock().await;
    let mut failed = 0;
    while !app.stop.is_cancelled() {
        match step(&app, id).await {
            Ok(true) => failed = 0,
            Ok(false) => return,
            Err(error) => {
                failed += 1;
                if failed == ATTEMPTS {
                    // it rests until the schedule finds it
                    tracing::warn!(import.id = %id, error = %error, "import rests");
                    if let Err(error) = note_failure(&app, id).await {
                        tracing::warn!(import.id = %id, error = %error, "import rests without a note");
                    }
                    return;
                }
            }
        }
    }
}

/// Counts a turn that came to nothing: one that never comes on is stopped, and its sender reads why.
async fn note_failure(app: &App, id: ImportId) -> Result<(), StoreError> {
    app.db
        .write("sheet.fail", |tx| async move {
            let found = take_import(&tx, id).await?;
            let Some(mut import) = found.filter(Import::is_under_way) else {
                return Ok(());
            };
            import.fail(app.clock.now());
            save_import(&tx, &import).await
        })
        .await
}

/// Works on the imports that nobody works on any more; tells how many there were.
pub(crate) async fn resume_imports(app: &Arc<App>) -> Result<u64, StoreError> {
    let before = app.clock.now().minus(RESTING);
    let mut resumed = 0;
    for state in ImportState::UNDER_WAY {
        for id in list_resting(app.db.reader(), state, before, MOST_RESUMED).await? {
            work_on_import(Arc::clone(app), id).await;
            resumed += 1;
        }
    }
    Ok(resumed)
}

/// Works on the next rows of an import; says whether there may be more.
async fn step(app: &App, id: ImportId) -> Result<bool, SheetError> {
    let more = app
        .db
        .write("sheet.step", |tx| async move {
            let found = take_import(&tx, id).await?;
            let Some(mut import) = found.filter(Import::is_under_way) else {
                return Ok(false);
            };
            let principal = principal(&import)?;
            let trace = TraceContext::from_header(Some(&import.sender.traceparent));
            let origin = Origin::on_behalf(&principal, trace, app.clock.now());
            let rows = next_rows(&import, &tx).await?;
            let last = rows.last().map(|row| row.position);
            let worked_on = work(app, &origin, &import, rows, &tx).await?;
            save_import_rows(&tx, id, &worked_on).await?;
            let outcomes = worked_on.iter().map(|row| row.answer.outcome);
            import.advance(outcomes, last, origin.now);
            save_import(&tx, &import).await?;
            Ok::<_, SheetError>(import.is_under_way())
        })
        .await?;
    app.map.expire();
    Ok(more)
}

fn principal(import: &Import) -> Result<Principal, SheetError> {
    Ok(Principal {
        account: import.sender.account,
        session: import.sender.session,
        grants: serde_json::from_str(&import.sender.grants)?,
    })
}

async fn next_rows(import: &Import, tx: &store::Tx) -> Result<Vec<ImportRow>, StoreError> {
    let next = match import.state {
        ImportState::Undoing => Next::UpTo(import.cursor),
        _ => Next::Behind(import.cursor),
    };
    list_import_rows(tx, import.id, next, None, CHUNK).await
}

/// Does what the rows say, or takes them back; returns those with a new answer.
async fn work(
    app: &App,
    origin: &Origin<'_>,
    import: &Import,
    mut rows: Vec<ImportRow>,
    tx: &store::Tx,
) -> Result<Vec<ImportRow>, SheetError> {
    let when = app.effective(None, origin.now)?;
    let undoing = import.state == ImportState::Undoing;
    rows.retain(|row| match row.answer.outcome {
        Outcome::Waiting => !undoing,
        Outcome::Created | Outcome::Changed => undoing,
        _ => false,
    });
    let answers: Vec<Answer> = if undoing {
        take_back(app, origin, import.resource, &rows, when, tx).await?
    } else {
        let cells: Vec<&[String]> = rows.iter().map(|row| row.cells.as_slice()).collect();
        apply(app, origin, import.resource, &cells, when, tx).await?
    };
    for (row, answer) in rows.iter_mut().zip(answers) {
        row.answer = answer;
    }
    Ok(rows)
}
