//! Tests of notifications: events go in, inboxes and streams are read over HTTP.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod alerts;
mod followed;
mod inbox;
mod moves;
mod recipients;
mod stream;
mod world;
