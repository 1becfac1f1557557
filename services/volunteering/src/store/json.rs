//! What has no column of its own is kept as JSON text, and names as their names.

use kernel::Named;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::StoreError;

pub(super) fn write(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(super) fn named<T: Named>(name: &str) -> Result<T, StoreError> {
    T::from_name(name).ok_or_else(|| StoreError::Corrupt(format!("unknown name {name}")))
}

/// Reads a count that is never negative.
pub(super) fn count(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|error| StoreError::Corrupt(error.to_string()))
}
