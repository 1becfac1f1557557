//! What answers to failures promise, checked through the public API.
#![expect(clippy::unwrap_used, reason = "tests may")]

mod locale;
mod render;
