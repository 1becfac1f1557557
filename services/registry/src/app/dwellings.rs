use kernel::{Cursor, OrgCode, Version};

use super::dwelling_error::DwellingError;
use super::page::{Paged, paged, rows_for};
use super::posts::STAFFING;
use super::read_notes::note_read;
use super::{App, Origin};
use crate::domain::dwelling::{Building, DwellingCount, Household};
use crate::domain::read_note::ReadKind;
use crate::store;

/// Name of the list of buildings in its cursors.
const BUILDINGS: &str = "buildings";
/// Name of the list of households in its cursors.
const HOUSEHOLDS: &str = "households";

/// Lists one page of the buildings of a compound, and the next cursor.
pub(crate) async fn list_buildings(
    app: &App,
    compound: &OrgCode,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Paged<Building>, DwellingError> {
    let after: Option<OrgCode> = cursor
        .map(|cursor| Cursor::decode(BUILDINGS, cursor))
        .transpose()?;
    let db = app.db.reader();
    let found = store::list_buildings(db, compound, after.as_ref(), rows_for(limit)).await?;
    Ok(paged(BUILDINGS, found, limit, |building| {
        building.code.clone()
    }))
}

/// Shows what a compound has, with the version of that; nothing where nothing was entered yet.
pub(crate) async fn count_dwellings(
    app: &App,
    compound: &OrgCode,
) -> Result<Option<(DwellingCount, Version)>, DwellingError> {
    Ok(store::find_count(app.db.reader(), compound).await?)
}

/// Lists one page of the households of a building to staff of its place, with the version of the building where its
/// shape was entered.
pub(crate) async fn list_households(
    app: &App,
    origin: &Origin<'_>,
    code: &OrgCode,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Paged<Household>, Option<Version>), DwellingError> {
    let after: Option<String> = cursor
        .map(|cursor| Cursor::decode(HOUSEHOLDS, cursor))
        .transpose()?;
    let db = app.db.reader();
    let node = store::find_organisation(db, code).await?;
    let node = node.ok_or(DwellingError::NotFound)?;
    if !origin.holds_any(&STAFFING, &node.path) {
        return Err(DwellingError::OutOfScope);
    }
    let after = after.as_deref();
    // before the page: a version never promises more than what was read
    let building = store::find_building(db, code).await?;
    let found = store::list_households(db, code, after, rows_for(limit)).await?;
    let page = paged(HOUSEHOLDS, found, limit, |household| {
        household.room.to_string()
    });
    note_read(app, origin, ReadKind::Households, code, Some(page.0.len())).await?;
    Ok((page, building.map(|building| building.version)))
}
