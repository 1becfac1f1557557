//! Rows and queries, one file per aggregate. Rows do not leave this folder.

pub(crate) mod access_log;
pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod grants;
pub(crate) mod oauth;
pub(crate) mod phones;
pub(crate) mod second_factors;
pub(crate) mod sessions;
pub(crate) mod signing_keys;

use store::StoreError;

/// Wraps a stored text that no longer reads.
fn corrupt(what: &str, error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("{what}: {error}"))
}
