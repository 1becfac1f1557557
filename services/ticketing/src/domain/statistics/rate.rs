//! Rates with what they are made of.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rate that shows what it was made of (率).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rate {
    /// What counts.
    pub numerator: u64,
    /// What it is measured against.
    pub denominator: u64,
    /// The quotient, unrounded; null where the denominator is 0.
    pub value: Option<f64>,
}

impl Rate {
    /// Makes a rate from two counts.
    #[must_use]
    pub fn of(numerator: u64, denominator: u64) -> Self {
        let value = (denominator > 0).then(|| float(numerator) / float(denominator));
        Self {
            numerator,
            denominator,
            value,
        }
    }

    /// Makes the rate of those that are left: `1 - part / whole`.
    #[must_use]
    pub fn rest_of(part: u64, whole: u64) -> Self {
        Self::of(whole.saturating_sub(part), whole)
    }

    /// Hides a rate whose denominator is small enough to point at persons, for public figures (R8).
    #[must_use]
    pub fn unless_fewer_than(self, least: u64) -> Option<Self> {
        (self.denominator >= least).then_some(self)
    }

    /// Writes the rate for people, rounded to two digits of a percent: `93.72 %`, or `n/a`.
    #[must_use]
    pub fn percent(&self) -> String {
        self.value.map_or_else(
            || "n/a".to_owned(),
            |value| format!("{:.2} %", value * 100.0),
        )
    }
}

/// Turns a count into a float; exact up to 2^53.
pub(super) fn float(count: u64) -> f64 {
    let high = u32::try_from(count >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(count & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}
