//! Figures (统计): what one order adds to the counts, the sums of many, and the rates that the sums give.
//!
//! [`derive()`] reads the event log of an order and says what it adds; sums of that are kept by place, unit and day.
//! A rate is never stored: it is made from a numerator and a denominator, which it shows, and it has no value where
//! the denominator is 0. The formulas are those of the design's section (c).

mod counts;
mod derive;
pub mod formulas;
pub mod measures;
mod rate;
pub mod rules;
pub mod scoring;
mod sums;
#[cfg(test)]
mod tests;

pub use counts::Counts;
pub use derive::{Line, Subject, derive};
pub use formulas::Rates;
pub use rate::Rate;
pub use rules::{FigureRules, Phase};
pub use sums::{Sums, class_of, upper_bound};
