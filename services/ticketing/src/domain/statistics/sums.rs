//! Sums of what orders add, as they are kept: counts, and a histogram of handling times.

use std::collections::BTreeMap;

use serde::de::{Deserializer, Error};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::Counts;

/// The name of the histogram where sums are written.
const MINUTES: &str = "minutes";
/// Classes between a time and its double.
const STEPS: u32 = 4;

/// Counts and a histogram of working minutes (办理时长), which can be added and taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// The counts.
    pub counts: Counts,
    /// How many handling times fall into which class; see [`class_of`].
    pub minutes: BTreeMap<u32, u64>,
}

impl Sums {
    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.counts.add(&other.counts);
        for (class, count) in &other.minutes {
            let sum = self.minutes.entry(*class).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// Takes others away again.
    pub fn subtract(&mut self, other: &Self) {
        self.counts.subtract(&other.counts);
        for (class, count) in &other.minutes {
            if let Some(sum) = self.minutes.get_mut(class) {
                *sum = sum.saturating_sub(*count);
            }
        }
        self.minutes.retain(|_, count| *count > 0);
    }

    /// Tells whether nothing is counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.minutes.is_empty() && self.counts.present().next().is_none()
    }

    /// Finds the handling time that a share of the orders stayed within, in percent: p50, p90.
    ///
    /// It is the upper end of a class, so it is right to within a quarter.
    #[must_use]
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let all: u64 = self.minutes.values().sum();
        let wanted = all.saturating_mul(percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (class, count) in &self.minutes {
            seen += count;
            if seen >= wanted {
                return Some(upper_bound(*class));
            }
        }
        None
    }
}

/// Finds the class of a time: 0 to 4 minutes each have their own, from there on four between a time and its double.
#[must_use]
pub fn class_of(minutes: u64) -> u32 {
    let Some(doublings) = minutes.checked_ilog2().filter(|doublings| *doublings >= 2) else {
        return u32::try_from(minutes).unwrap_or(0);
    };
    // the two bits below the highest one say which quarter
    let quarter = (minutes >> (doublings - 2)) & 3;
    doublings * STEPS + u32::try_from(quarter).unwrap_or(0) - 4
}

/// Finds the longest time of a class.
#[must_use]
pub fn upper_bound(class: u32) -> u64 {
    if class < 4 {
        return u64::from(class);
    }
    let (doublings, quarter) = ((class + 4) / STEPS, u64::from((class + 4) % STEPS));
    let width = 1_u64
        .checked_shl(doublings.saturating_sub(2))
        .unwrap_or(u64::MAX);
    width.saturating_mul(5 + quarter).saturating_sub(1)
}

impl Serialize for Sums {
    /// Writes what is not 0 only: there are many sums, and most counts of most are 0.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, count) in self.counts.present() {
            map.serialize_entry(name, &count)?;
        }
        if !self.minutes.is_empty() {
            map.serialize_entry(MINUTES, &self.minutes)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Sums {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Value {
            Count(u64),
            // keys stay texts inside of what may be either
            Minutes(BTreeMap<String, u64>),
        }
        let mut sums = Self::default();
        for (name, value) in BTreeMap::<String, Value>::deserialize(deserializer)? {
            match value {
                Value::Count(count) => {
                    if !sums.counts.set(&name, count) {
                        return Err(Error::custom(format!("no count {name:?}")));
                    }
                }
                Value::Minutes(minutes) => {
                    for (class, count) in minutes {
                        let class = class.parse().map_err(Error::custom)?;
                        sums.minutes.insert(class, count);
                    }
                }
            }
        }
        Ok(sums)
    }
}
