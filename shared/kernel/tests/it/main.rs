//! What kernel values promise, checked through the public API.
#![expect(clippy::unwrap_used, reason = "tests may")]

mod codes;
#[cfg(feature = "store")]
mod columns;
mod cursor;
mod geo;
mod ids;
mod org;
mod role;
#[cfg(feature = "openapi")]
mod schemas;
mod text;
mod time;
mod version;
