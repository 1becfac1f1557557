use std::collections::HashMap;

use kernel::{ClaimId, Cursor, ListEntryId, OrgCode, OrgPath};

use super::change_list_entry::speaks_for_owner;
use super::list_error::ListError;
use super::page::{Paged, paged, rows_for};
use super::{App, Origin};
use crate::domain::list_claim::{Claim, Side};
use crate::domain::list_entry::ListEntry;
use crate::domain::matching::{Placed, Suggestion, suggest};
use crate::store::{self, Entries};

/// Name of the list of entries in its cursors.
const ENTRIES: &str = "list-entries";
/// Name of the list of claims in its cursors.
const CLAIMS: &str = "list-claims";
/// Most entries that are weighed against one.
const MOST_CANDIDATES: u64 = 200;

/// Shows an entry.
pub(crate) async fn show_list_entry(app: &App, id: ListEntryId) -> Result<ListEntry, ListError> {
    let found = store::find_entry(app.db.reader(), id).await?;
    found.ok_or(ListError::NotFound)
}

/// Lists one page of entries, and the next cursor.
pub(crate) async fn list_entries(
    app: &App,
    which: &Entries,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Paged<ListEntry>, ListError> {
    let after: Option<ListEntryId> = cursor
        .map(|cursor| Cursor::decode(ENTRIES, cursor))
        .transpose()?;
    let found = store::list_entries(app.db.reader(), which, after, rows_for(limit)).await?;
    Ok(paged(ENTRIES, found, limit, |entry| entry.id))
}

/// Lists one page of the claims on an entry of an organisation that the caller speaks for.
pub(crate) async fn list_claims(
    app: &App,
    origin: &Origin<'_>,
    entry: ListEntryId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Paged<Claim>, ListError> {
    let after: Option<ClaimId> = cursor
        .map(|cursor| Cursor::decode(CLAIMS, cursor))
        .transpose()?;
    let db = app.db.reader();
    let found = store::find_entry(db, entry).await?;
    let entry = found.ok_or(ListError::NotFound)?;
    if !speaks_for_owner(db, origin, &entry).await? {
        return Err(ListError::OutOfScope);
    }
    let side = if entry.kind.is_wanting() {
        Side::Wanting
    } else {
        Side::Giving
    };
    let found = store::list_claims(db, entry.id, side, after, rows_for(limit)).await?;
    Ok(paged(CLAIMS, found, limit, |claim| claim.id))
}

/// Suggests what fits an entry of an organisation that the caller speaks for: of the newest open entries on its topic in
/// its district.
pub(crate) async fn suggest_matches(
    app: &App,
    origin: &Origin<'_>,
    id: ListEntryId,
) -> Result<Vec<Suggestion>, ListError> {
    let db = app.db.reader();
    let found = store::find_entry(db, id).await?;
    let entry = found.ok_or(ListError::NotFound)?;
    if !speaks_for_owner(db, origin, &entry).await? {
        return Err(ListError::OutOfScope);
    }
    let Some(kind) = entry.kind.counterpart() else {
        return Ok(Vec::new());
    };
    let market = Entries::Market {
        district: entry.place_code.district().to_owned(),
        kind,
        topic: Some(entry.topic),
    };
    let candidates = store::list_entries(db, &market, None, MOST_CANDIDATES).await?;
    let mut codes: Vec<OrgCode> = candidates
        .iter()
        .chain([&entry])
        .map(|entry| entry.place_code.clone())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let nodes = store::load_organisations(db, &codes).await?;
    let paths: HashMap<OrgCode, OrgPath> = nodes
        .into_iter()
        .map(|node| (node.code, node.path))
        .collect();
    let placed = |entry: ListEntry| {
        let place = paths.get(&entry.place_code)?.clone();
        Some(Placed { entry, place })
    };
    let wanted = placed(entry).ok_or(ListError::NotFound)?;
    Ok(suggest(
        &wanted,
        candidates.into_iter().filter_map(placed).collect(),
    ))
}
