use ::store::StoreError;
use jiff::civil::Date;
use kernel::{Cursor, CursorError, OrgCode};
use problem::{Category, Fact, Kind};

use super::App;
use super::show_organisation::{ShowError, show_organisation};
use crate::domain::history::{Past, Succession};
use crate::store;

/// Name of the list in its cursors.
const HISTORY: &str = "organisation-history";
/// Levels above a node, at most: a real tree has eight.
const MOST_LEVELS: usize = 12;

/// Why history is not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryError {
    #[error("it did not exist on that day")]
    NotThen,
    #[error(transparent)]
    Show(#[from] ShowError),
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for HistoryError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotThen => Fact::new(
                Kind::NotFound,
                "organisation-not-found-then",
                "该日没有这个组织",
                "there was no such organisation on that day",
            ),
            Self::Show(error) => error.fact(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists one page of a node's past states, the oldest first, and the cursor of the next one.
pub(crate) async fn list_history(
    app: &App,
    code: &str,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<Past>, Option<String>), HistoryError> {
    let node = show_organisation(app, code).await?;
    let after: Option<String> = cursor
        .map(|cursor| Cursor::decode(HISTORY, cursor))
        .transpose()?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let found = store::list_past(app.db.reader(), &node.code, after.as_deref(), most).await?;
    Ok(Cursor::cut(found, limit, |past| {
        Cursor::encode(HISTORY, &past.until.to_string())
    }))
}

/// Tells what a node came from and what it went into.
pub(crate) async fn list_successions(
    app: &App,
    code: &str,
) -> Result<Vec<Succession>, HistoryError> {
    let node = show_organisation(app, code).await?;
    Ok(store::list_successions(app.db.reader(), &node.code).await?)
}

/// Shows a node as it was on a day, and what was above it on that day, up to the root.
pub(crate) async fn show_as_of(
    app: &App,
    code: &str,
    on: Date,
) -> Result<(Past, Vec<Past>), HistoryError> {
    let code: OrgCode = code.parse().map_err(|_| ShowError::NotFound)?;
    let found = state_on(app, &code, on).await?;
    let state = found.ok_or(HistoryError::NotThen)?;
    let mut next = state.parent_code.clone();
    let mut above: Vec<Past> = Vec::new();
    while let Some(code) = next.take().filter(|_| above.len() < MOST_LEVELS) {
        // history as it is entered may name a parent that did not exist yet: the chain ends there
        let Some(state) = state_on(app, &code, on).await? else {
            break;
        };
        next.clone_from(&state.parent_code);
        above.push(state);
    }
    Ok((state, above))
}

async fn state_on(app: &App, code: &OrgCode, on: Date) -> Result<Option<Past>, StoreError> {
    let db = app.db.reader();
    let Some(node) = store::find_organisation(db, code).await? else {
        return Ok(None);
    };
    if on >= node.since {
        return Ok(node.present(on));
    }
    store::find_past(db, code, on).await
}
