use kernel::{CursorError, OrgCode};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::change_error::{organisation_unknown, out_of_scope, version_changed};
use crate::domain::dwelling::WrongHousehold;

/// Why buildings or households are not set or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DwellingError {
    #[error("no such building")]
    NotFound,
    #[error("{0} is no compound")]
    CompoundUnknown(OrgCode),
    #[error("building {0} is not in the compound, or named twice")]
    NoBuilding(usize),
    #[error("building {0} has more households than rooms")]
    TooSmall(usize),
    #[error("wrong household: {0:?}")]
    WrongHousehold(WrongHousehold),
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for DwellingError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "building-not-found",
                "没有这个楼栋，或尚未登记其单元和房数",
                "there is no such building, or its units and rooms are not entered yet",
            ),
            Self::CompoundUnknown(code) => organisation_unknown(code).at("/compound_code"),
            Self::NoBuilding(index) => Fact::new(
                Kind::Invalid,
                "building-unknown",
                "不是该小区的楼栋，或重复",
                "it is no building of the compound, or named twice",
            )
            .at(format!("/buildings/{index}/code")),
            Self::TooSmall(index) => Fact::new(
                Kind::Invalid,
                "fewer-rooms-than-households",
                "房数少于已登记的户数",
                "there are fewer rooms than households entered",
            )
            .at(format!("/buildings/{index}/rooms_per_unit")),
            Self::WrongHousehold(why) => {
                let (zh, en, pointer) = match why {
                    WrongHousehold::NoUnit(index) => (
                        "楼栋没有这个单元",
                        "the building has no such unit",
                        format!("/households/{index}/room"),
                    ),
                    WrongHousehold::Twice(index) => (
                        "室号重复",
                        "the room is named twice",
                        format!("/households/{index}/room"),
                    ),
                    WrongHousehold::TooMany => (
                        "户数多于房数",
                        "there are more households than rooms",
                        "/households".to_owned(),
                    ),
                };
                Fact::new(Kind::Invalid, "household-not-possible", zh, en).at(pointer)
            }
            Self::OutOfScope => out_of_scope(),
            Self::OtherVersion => version_changed(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}
