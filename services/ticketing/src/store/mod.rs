//! Tables and queries; rows never leave this folder.

pub(crate) mod attachments;
pub(crate) mod audit;
pub(crate) mod bulletin_tables;
pub(crate) mod bulletins;
pub(crate) mod calendars;
pub(crate) mod callback_links;
pub(crate) mod catalogues;
pub(crate) mod draws;
pub(crate) mod exports;
pub(crate) mod figure_tables;
pub(crate) mod figures;
pub(crate) mod follower_due;
pub(crate) mod followers;
pub(crate) mod grant_claims;
pub(crate) mod grids;
pub(crate) mod holders;
pub(crate) mod households;
pub(crate) mod intakes;
pub(crate) mod listing;
pub(crate) mod merge_tables;
pub(crate) mod merges;
pub(crate) mod neighbours;
pub(crate) mod orders;
pub(crate) mod orgs;
pub(crate) mod overdue;
pub(crate) mod overrides;
pub(crate) mod parts;
pub(crate) mod precedents;
pub(crate) mod publications;
pub(crate) mod quotas;
pub(crate) mod recounts;
pub(crate) mod references;
pub(crate) mod relocations;
pub(crate) mod request_tables;
pub(crate) mod requests;
pub(crate) mod result_tables;
pub(crate) mod saved_views;
pub(crate) mod scopes;
pub(crate) mod search;
pub(crate) mod search_tables;
#[cfg(test)]
pub(crate) mod search_testing;
pub(crate) mod standing;
pub(crate) mod supervisors;
pub(crate) mod tables;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod timeline;
pub(crate) mod withdrawals;

use ::store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes a value of a JSON column.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Reads a value of a JSON column.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Reads a count of a column.
pub(crate) fn count<N: TryFrom<i64>>(number: i64) -> Result<N, StoreError> {
    N::try_from(number).map_err(|_| StoreError::Corrupt(format!("{number} is out of range")))
}
