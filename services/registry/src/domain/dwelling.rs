//! Buildings, units, rooms and households (楼栋、单元、房、户) as counts and references: who lives there is not recorded.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use kernel::{OrgCode, Timestamp, Version};
use serde::{Deserialize, Serialize};

/// Most characters of a room within its unit.
const MOST_OF_ROOM: usize = 6;

/// The shape of a building.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Building {
    /// Its code in the tree.
    pub(crate) code: OrgCode,
    /// Compound that it belongs to.
    pub(crate) compound: OrgCode,
    /// Units, by stairway (单元).
    pub(crate) units: u32,
    /// Floors.
    pub(crate) floors: u32,
    /// Rooms of each unit (户室).
    pub(crate) rooms_per_unit: u32,
    /// Households that have a reference.
    pub(crate) households: u32,
    /// Its version.
    pub(crate) version: Version,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

impl Building {
    /// Counts its rooms.
    pub(crate) fn rooms(&self) -> u32 {
        self.units.saturating_mul(self.rooms_per_unit)
    }
}

/// Where a household is within its building: unit and room, `2-301` (室号). A reference, without a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RoomRef {
    unit: u32,
    room: String,
}

/// The text is no reference of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("室号须为“单元-房号”，如 2-301 (must be unit and room, like 2-301)")]
pub(crate) struct RoomRefError;

impl RoomRef {
    /// The unit, from 1.
    pub(crate) fn unit(&self) -> u32 {
        self.unit
    }
}

impl FromStr for RoomRef {
    type Err = RoomRefError;

    fn from_str(text: &str) -> Result<Self, RoomRefError> {
        let (unit, room) = text.split_once('-').ok_or(RoomRefError)?;
        let plain = |letter: u8| letter.is_ascii_digit() || letter.is_ascii_uppercase();
        let fits = (1..=MOST_OF_ROOM).contains(&room.len()) && room.bytes().all(plain);
        // one spelling of each: no sign, no leading zero
        let written = unit.bytes().all(|digit| digit.is_ascii_digit()) && !unit.starts_with('0');
        match unit.parse() {
            Ok(unit) if written && fits && unit < 100 => Ok(Self {
                unit,
                room: room.to_owned(),
            }),
            _ => Err(RoomRefError),
        }
    }
}

impl fmt::Display for RoomRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.unit, self.room)
    }
}

impl Serialize for RoomRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RoomRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A household (户): a reference, and how many people if that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Household {
    /// Where.
    pub(crate) room: RoomRef,
    /// How many people, a count only.
    pub(crate) persons: Option<u32>,
}

/// What is wrong with the households of a building, by the number of the wrong one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongHousehold {
    /// The building has no such unit.
    NoUnit(usize),
    /// The same room twice.
    Twice(usize),
    /// More than the building has rooms.
    TooMany,
}

/// Checks households against their building.
pub(crate) fn check_households(
    building: &Building,
    households: &[Household],
) -> Result<(), WrongHousehold> {
    let mut seen = HashSet::new();
    for (index, household) in households.iter().enumerate() {
        if household.room.unit() > building.units {
            return Err(WrongHousehold::NoUnit(index));
        }
        if !seen.insert(&household.room) {
            return Err(WrongHousehold::Twice(index));
        }
    }
    let rooms = usize::try_from(building.rooms()).unwrap_or(usize::MAX);
    if households.len() > rooms {
        return Err(WrongHousehold::TooMany);
    }
    Ok(())
}

/// What a compound has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DwellingCount {
    pub(crate) buildings: u32,
    pub(crate) units: u32,
    pub(crate) rooms: u32,
    pub(crate) households: u32,
}

/// Adds up the buildings of a compound.
pub(crate) fn count(buildings: &[Building]) -> DwellingCount {
    let mut total = DwellingCount::default();
    for building in buildings {
        total.buildings = total.buildings.saturating_add(1);
        total.units = total.units.saturating_add(building.units);
        total.rooms = total.rooms.saturating_add(building.rooms());
        total.households = total.households.saturating_add(building.households);
    }
    total
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{Timestamp, Version};

    use super::{
        Building, DwellingCount, Household, RoomRef, WrongHousehold, check_households, count,
    };

    fn building() -> Building {
        Building {
            code: "420105011010.X01.B3".parse().unwrap(),
            compound: "420105011010.X01".parse().unwrap(),
            units: 2,
            floors: 6,
            rooms_per_unit: 2,
            households: 3,
            version: Version::FIRST,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_room_is_written_in_one_way() {
        for text in ["1-101", "2-301A", "99-000001"] {
            assert_eq!(text.parse::<RoomRef>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "101",
            "0-101",
            "01-101",
            "+1-101",
            "1-",
            "1-1234567",
            "1-10a",
            "100-1",
            "1-1-1",
            "一-1",
        ] {
            assert!(text.parse::<RoomRef>().is_err(), "{text}");
        }
    }

    #[test]
    fn households_fit_their_building() {
        let check = |rooms: &[&str]| {
            let households: Vec<Household> = rooms
                .iter()
                .map(|room| Household {
                    room: room.parse().unwrap(),
                    persons: None,
                })
                .collect();
            check_households(&building(), &households)
        };
        assert_eq!(check(&["1-101", "1-102", "2-101", "2-102"]), Ok(()));
        assert_eq!(check(&["1-101", "3-101"]), Err(WrongHousehold::NoUnit(1)));
        assert_eq!(check(&["1-101", "1-101"]), Err(WrongHousehold::Twice(1)));
        let five = ["1-1", "1-2", "1-3", "2-1", "2-2"];
        assert_eq!(check(&five), Err(WrongHousehold::TooMany));
    }

    #[test]
    fn a_compound_is_the_sum_of_its_buildings() {
        let total = DwellingCount {
            buildings: 2,
            units: 4,
            rooms: 8,
            households: 6,
        };
        assert_eq!(count(&[building(), building()]), total);
    }
}
