//! Reading and writing buildings, households and what compounds have.

use kernel::{OrgCode, Timestamp, Version};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{CHUNK, StoreError, Tx};

use super::dwelling::{building, household, total};
use super::list_entry::count;
use crate::domain::dwelling::{Building, DwellingCount, Household, RoomRef};

impl TryFrom<building::Model> for Building {
    type Error = StoreError;

    fn try_from(row: building::Model) -> Result<Self, StoreError> {
        Ok(Self {
            units: count(row.units)?,
            floors: count(row.floors)?,
            rooms_per_unit: count(row.rooms_per_unit)?,
            households: count(row.households)?,
            code: row.code,
            compound: row.compound_code,
            version: row.version,
            updated_at: row.updated_at,
        })
    }
}

/// Saves buildings, new or known. The caller holds their compound.
pub(crate) async fn save_buildings(tx: &Tx, buildings: &[Building]) -> Result<(), StoreError> {
    let rows = buildings.iter().map(|known| building::ActiveModel {
        code: Set(known.code.clone()),
        compound_code: Set(known.compound.clone()),
        units: Set(i64::from(known.units)),
        floors: Set(i64::from(known.floors)),
        rooms_per_unit: Set(i64::from(known.rooms_per_unit)),
        households: Set(i64::from(known.households)),
        version: Set(known.version),
        updated_at: Set(known.updated_at),
    });
    let over = OnConflict::column(building::Column::Code)
        .update_columns([
            building::Column::CompoundCode,
            building::Column::Units,
            building::Column::Floors,
            building::Column::RoomsPerUnit,
            building::Column::Households,
            building::Column::Version,
            building::Column::UpdatedAt,
        ])
        .to_owned();
    building::Entity::insert_many(rows)
        .on_conflict(over)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Finds a building.
pub(crate) async fn find_building(
    db: &impl ConnectionTrait,
    code: &OrgCode,
) -> Result<Option<Building>, StoreError> {
    let row = building::Entity::find_by_id(code.clone()).one(db).await?;
    row.map(Building::try_from).transpose()
}

/// Lists the buildings of a compound in the order of their codes.
pub(crate) async fn list_buildings(
    db: &impl ConnectionTrait,
    compound: &OrgCode,
    after: Option<&OrgCode>,
    limit: u64,
) -> Result<Vec<Building>, StoreError> {
    let mut query = building::Entity::find()
        .filter(building::Column::CompoundCode.eq(compound.clone()))
        .order_by_asc(building::Column::Code)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(building::Column::Code.gt(after.clone()));
    }
    let rows = query.all(db).await?;
    rows.into_iter().map(Building::try_from).collect()
}

/// Puts these households in the place of those that a building had.
pub(crate) async fn replace_households(
    tx: &Tx,
    code: &OrgCode,
    households: &[Household],
) -> Result<(), StoreError> {
    household::Entity::delete_many()
        .filter(household::Column::BuildingCode.eq(code.clone()))
        .exec(tx)
        .await?;
    for chunk in households.chunks(CHUNK) {
        let rows = chunk.iter().map(|known| household::ActiveModel {
            building_code: Set(code.clone()),
            room: Set(known.room.to_string()),
            persons: Set(known.persons.map(i64::from)),
        });
        household::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Lists the households of a building in the order of their rooms.
pub(crate) async fn list_households(
    db: &impl ConnectionTrait,
    code: &OrgCode,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Household>, StoreError> {
    let mut query = household::Entity::find()
        .filter(household::Column::BuildingCode.eq(code.clone()))
        .order_by_asc(household::Column::Room)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(household::Column::Room.gt(after));
    }
    let rows = query.all(db).await?;
    rows.into_iter()
        .map(|row| {
            let room: Result<RoomRef, _> = row.room.parse();
            Ok(Household {
                room: room.map_err(|_| StoreError::Corrupt(format!("room {}", row.room)))?,
                persons: row.persons.map(count).transpose()?,
            })
        })
        .collect()
}

/// Finds what a compound has, and the version of that.
pub(crate) async fn find_count(
    db: &impl ConnectionTrait,
    compound: &OrgCode,
) -> Result<Option<(DwellingCount, Version)>, StoreError> {
    let row = total::Entity::find_by_id(compound.clone()).one(db).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let total = DwellingCount {
        buildings: count(row.buildings)?,
        units: count(row.units)?,
        rooms: count(row.rooms)?,
        households: count(row.households)?,
    };
    Ok(Some((total, row.version)))
}

/// Saves what a compound has. The caller holds it.
pub(crate) async fn save_count(
    tx: &Tx,
    compound: &OrgCode,
    found: DwellingCount,
    version: Version,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = total::ActiveModel {
        compound_code: Set(compound.clone()),
        buildings: Set(i64::from(found.buildings)),
        units: Set(i64::from(found.units)),
        rooms: Set(i64::from(found.rooms)),
        households: Set(i64::from(found.households)),
        version: Set(version),
        updated_at: Set(now),
    };
    let over = OnConflict::column(total::Column::CompoundCode)
        .update_columns([
            total::Column::Buildings,
            total::Column::Units,
            total::Column::Rooms,
            total::Column::Households,
            total::Column::Version,
            total::Column::UpdatedAt,
        ])
        .to_owned();
    total::Entity::insert(row)
        .on_conflict(over)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
