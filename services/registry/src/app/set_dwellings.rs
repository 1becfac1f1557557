use ::store::{IdempotencyKey, Tx, idempotency};
use contracts::registry::OrgKind;
use kernel::{OrgCode, Version};
use serde::Serialize;

use super::dwelling_error::DwellingError;
use super::posts::STAFFING;
use super::{App, Origin};
use crate::domain::dwelling::{Building, DwellingCount, Household, check_households, count};
use crate::domain::organisation::Organisation;
use crate::{events, store};

/// Most buildings of a compound.
const MOST_BUILDINGS: u64 = 2_000;

/// The shape of a building.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Shape {
    pub(crate) code: OrgCode,
    pub(crate) units: u32,
    pub(crate) floors: u32,
    pub(crate) rooms_per_unit: u32,
}

/// Sets the shapes of buildings of a compound; others stay as they are.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SetBuildings {
    pub(crate) compound: OrgCode,
    pub(crate) shapes: Vec<Shape>,
    /// Version of the compound's count that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Sets the households of a building: these and no others.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SetHouseholds {
    pub(crate) building: OrgCode,
    pub(crate) households: Vec<Household>,
    /// Version of the building that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Sets the shapes of buildings, all of them or none.
pub(crate) async fn set_buildings(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &SetBuildings,
) -> Result<DwellingCount, DwellingError> {
    app.db
        .write("buildings.set", |tx| async move {
            idempotency::once(&tx, key, shape(app, origin, command, &tx)).await
        })
        .await
}

/// Finds a compound, and takes it for this transaction: what it has is counted by one at a time.
async fn take_compound(
    tx: &Tx,
    origin: &Origin<'_>,
    code: &OrgCode,
) -> Result<Organisation, DwellingError> {
    let found = store::find_for_change(tx, code).await?;
    let compound = found.filter(|node| node.kind == OrgKind::Compound && !node.is_closed());
    let compound = compound.ok_or_else(|| DwellingError::CompoundUnknown(code.clone()))?;
    if !origin.holds_any(&STAFFING, &compound.path) {
        return Err(DwellingError::OutOfScope);
    }
    Ok(compound)
}

async fn shape(
    app: &App,
    origin: &Origin<'_>,
    command: &SetBuildings,
    tx: &Tx,
) -> Result<DwellingCount, DwellingError> {
    let compound = take_compound(tx, origin, &command.compound).await?;
    if let Some(seen) = command.seen {
        let count = store::find_count(tx, &compound.code).await?;
        if count.is_none_or(|(_, version)| version != seen) {
            return Err(DwellingError::OtherVersion);
        }
    }
    let codes: Vec<OrgCode> = command
        .shapes
        .iter()
        .map(|shape| shape.code.clone())
        .collect();
    let nodes = store::load_organisations(tx, &codes).await?;
    let known = store::list_buildings(tx, &compound.code, None, MOST_BUILDINGS).await?;
    let mut buildings: Vec<Building> = Vec::with_capacity(command.shapes.len());
    for (index, shape) in command.shapes.iter().enumerate() {
        let fits = |node: &Organisation| {
            node.code == shape.code
                && node.kind == OrgKind::Building
                && node.parent_code.as_ref() == Some(&compound.code)
                && !node.is_closed()
        };
        let twice = buildings.iter().any(|made| made.code == shape.code);
        if twice || !nodes.iter().any(fits) {
            return Err(DwellingError::NoBuilding(index));
        }
        let before = known.iter().find(|known| known.code == shape.code);
        let building = Building {
            code: shape.code.clone(),
            compound: compound.code.clone(),
            units: shape.units,
            floors: shape.floors,
            rooms_per_unit: shape.rooms_per_unit,
            households: before.map_or(0, |known| known.households),
            version: before.map_or(Version::FIRST, |known| known.version.next()),
            updated_at: origin.now,
        };
        if building.rooms() < building.households {
            return Err(DwellingError::TooSmall(index));
        }
        buildings.push(building);
    }
    store::save_buildings(tx, &buildings).await?;
    recount(app, origin, &compound.code, tx).await
}

/// Sets the households of a building.
pub(crate) async fn set_households(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &SetHouseholds,
) -> Result<DwellingCount, DwellingError> {
    app.db
        .write("households.set", |tx| async move {
            let effect = async {
                let found = store::find_building(&*tx, &command.building).await?;
                let compound = found.ok_or(DwellingError::NotFound)?.compound;
                let compound = take_compound(&tx, origin, &compound).await?;
                // it may have changed before the compound was taken
                let found = store::find_building(&*tx, &command.building).await?;
                let mut building = found.ok_or(DwellingError::NotFound)?;
                if command.seen.is_some_and(|seen| seen != building.version) {
                    return Err(DwellingError::OtherVersion);
                }
                let checked = check_households(&building, &command.households);
                checked.map_err(DwellingError::WrongHousehold)?;
                store::replace_households(&tx, &building.code, &command.households).await?;
                building.households = u32::try_from(command.households.len()).unwrap_or(u32::MAX);
                building.version = building.version.next();
                building.updated_at = origin.now;
                store::save_buildings(&tx, &[building]).await?;
                recount(app, origin, &compound.code, &tx).await
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Counts a compound anew, and tells the others when it has come to something else. Each time is a new version:
/// whoever has seen the one before knows that something was set since.
async fn recount(
    app: &App,
    origin: &Origin<'_>,
    compound: &OrgCode,
    tx: &Tx,
) -> Result<DwellingCount, DwellingError> {
    let buildings = store::list_buildings(tx, compound, None, MOST_BUILDINGS).await?;
    let total = count(&buildings);
    let before = store::find_count(tx, compound).await?;
    let version = before.as_ref();
    let version = version.map_or(Version::FIRST, |(_, version)| version.next());
    store::save_count(tx, compound, total, version, origin.now).await?;
    if before.is_some_and(|(known, _)| known == total) {
        return Ok(total);
    }
    let event = events::compound_counted(origin, app.ids.as_ref(), compound, total, version);
    bus::emit(tx, vec![event]).await?;
    Ok(total)
}
