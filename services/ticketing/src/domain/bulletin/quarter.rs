//! Quarters of a year.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// A quarter (季度), written `2026Q3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter {
    year: i16,
    number: i8,
}

/// A text that is no quarter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("须为 2026Q3 的形式 (must look like 2026Q3)")]
pub struct QuarterError;

impl Quarter {
    /// Returns the first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        Date::new(self.year, (self.number - 1) * 3 + 1, 1).unwrap_or(Date::ZERO)
    }

    /// Returns the last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        let month = Date::new(self.year, self.number * 3, 1).unwrap_or(Date::ZERO);
        month.last_of_month()
    }
}

impl FromStr for Quarter {
    type Err = QuarterError;

    fn from_str(text: &str) -> Result<Self, QuarterError> {
        let (year, number) = text.split_once('Q').ok_or(QuarterError)?;
        let digits = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|letter| letter.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(number, 1) {
            return Err(QuarterError);
        }
        let year = year.parse().map_err(|_| QuarterError)?;
        let number = number.parse().map_err(|_| QuarterError)?;
        if !(2000..=9000).contains(&year) || !(1..=4).contains(&number) {
            return Err(QuarterError);
        }
        Ok(Self { year, number })
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}Q{}", self.year, self.number)
    }
}
