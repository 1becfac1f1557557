//! Settings of the `registry` section.

use chassis::StartError;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

pub use crate::domain::grid::GridSizing;
pub use crate::domain::span::ContactSpan;

/// Zone of the country; known even where the system has no time zone database.
const HOME_ZONE: &str = "Asia/Shanghai";

/// Settings of the `registry` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistryConfig {
    /// Zone whose calendar says which day it is.
    pub zone: String,
    /// How large grids should be: what is smaller or larger is warned of.
    pub grid_sizing: GridSizing,
    /// How much a contact should look after: what is less or more is told.
    pub contact_span: ContactSpan,
}

impl Default for RegistryConfig {
    fn default() -> Self {
        Self {
            zone: HOME_ZONE.to_owned(),
            grid_sizing: GridSizing::default(),
            contact_span: ContactSpan::default(),
        }
    }
}

impl RegistryConfig {
    /// Checks the values and finds the zone.
    pub(crate) fn validate(&self) -> Result<TimeZone, StartError> {
        match TimeZone::get(&self.zone) {
            Ok(zone) => Ok(zone),
            Err(_) if self.zone == HOME_ZONE => Ok(TimeZone::fixed(Offset::constant(8))),
            Err(error) => Err(StartError::Other(format!("registry.zone: {error}"))),
        }
    }
}
