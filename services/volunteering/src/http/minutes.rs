//! Small whole numbers that are checked when they are read.

use serde::{Deserialize, Deserializer, de};

use crate::domain::rating::BEST;

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// Minutes, 1 to a day's (分钟).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Minutes(u32);

impl Minutes {
    pub(crate) fn get(self) -> u64 {
        u64::from(self.0)
    }
}

impl<'de> Deserialize<'de> for Minutes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let minutes = u32::deserialize(deserializer)?;
        if (1..=DAY).contains(&minutes) {
            return Ok(Self(minutes));
        }
        Err(de::Error::custom(
            "分钟须为 1 至 1440 (must be 1 to 1440 minutes)",
        ))
    }
}

/// A score, 1 to 5 (评分).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Score(pub(crate) u8);

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let score = u8::deserialize(deserializer)?;
        if (1..=BEST).contains(&score) {
            return Ok(Self(score));
        }
        Err(de::Error::custom("评分须为 1 至 5 (must be 1 to 5)"))
    }
}
