//! Settings of the `ticketing` section.

use std::path::PathBuf;

use chassis::StartError;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

use crate::domain::search::SEGMENT;

/// Zone of the country; known even where the system has no time zone database.
const HOME_ZONE: &str = "Asia/Shanghai";

/// Most districts that the gauges show apart: each is some series in whatever collects them.
const MOST_DISTRICTS: u64 = 200;

/// Settings of the `ticketing` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TicketingConfig {
    /// Zone whose calendar dates the order numbers.
    pub zone: String,
    /// Further workflow definition files, beside the built-in ones.
    pub workflows: Vec<PathBuf>,
    /// The city's own category table, in the place of the built-in one.
    pub categories: Option<PathBuf>,
    /// Tables of other systems' code sets.
    pub code_sets: Vec<PathBuf>,
    /// The city's own channels, notices and questions, in the place of the built-in ones.
    pub intake: Option<PathBuf>,
    /// The city's own rules of figures, in the place of the built-in ones.
    pub figures: Option<PathBuf>,
    /// The city's own thresholds of flags, in the place of the built-in ones.
    pub flags: Option<PathBuf>,
    /// Orders that one turn of the overdue sweep flags at most.
    pub sweep_batch: u64,
    /// Orders that a segment of the index of words has; the newest that fill none are looked through one by one.
    pub search_segment: usize,
    /// Districts that the gauges show apart, the first ones by code; what the others have is shown as `other`.
    pub shown_districts: u64,
}

impl Default for TicketingConfig {
    fn default() -> Self {
        Self {
            zone: HOME_ZONE.to_owned(),
            workflows: Vec::new(),
            categories: None,
            code_sets: Vec::new(),
            intake: None,
            figures: None,
            flags: None,
            sweep_batch: 200,
            search_segment: SEGMENT,
            shown_districts: 40,
        }
    }
}

impl TicketingConfig {
    /// Checks the values and finds the zone.
    pub(crate) fn validate(&self) -> Result<TimeZone, StartError> {
        if !(1..=10_000).contains(&self.sweep_batch) {
            let reason = "ticketing.sweep_batch must be from 1 to 10000".to_owned();
            return Err(StartError::Other(reason));
        }
        if !(1..=SEGMENT).contains(&self.search_segment) {
            let reason = format!("ticketing.search_segment must be from 1 to {SEGMENT}");
            return Err(StartError::Other(reason));
        }
        if self.shown_districts > MOST_DISTRICTS {
            let reason = format!("ticketing.shown_districts must be at most {MOST_DISTRICTS}");
            return Err(StartError::Other(reason));
        }
        match TimeZone::get(&self.zone) {
            Ok(zone) => Ok(zone),
            Err(_) if self.zone == HOME_ZONE => Ok(TimeZone::fixed(Offset::constant(8))),
            Err(error) => Err(StartError::Other(format!("ticketing.zone: {error}"))),
        }
    }
}
