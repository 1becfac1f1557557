//! Rows and queries, one file per aggregate. Rows do not leave this folder.

pub(crate) mod access_log;
pub(crate) mod accounts;
pub(crate) mod attempts;
pub(crate) mod audit;
pub(crate) mod certifications;
pub(crate) mod consents;
pub(crate) mod contacts;
pub(crate) mod exclusions;
pub(crate) mod grants;
pub(crate) mod guardianships;
pub(crate) mod oauth;
pub(crate) mod phones;
pub(crate) mod privacy;
pub(crate) mod relocations;
pub(crate) mod reveals;
pub(crate) mod second_factors;
pub(crate) mod sessions;
pub(crate) mod short_messages;
pub(crate) mod signing_keys;

use kernel::OrgPath;
use store::StoreError;

/// Wraps a stored text that no longer reads.
fn corrupt(what: &str, error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("{what}: {error}"))
}

/// Code of the last node of a path, `/` for the whole city.
fn code_of(path: &OrgPath) -> String {
    path.leaf()
        .map_or_else(|| "/".to_owned(), |code| code.to_string())
}
