#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests may")]

mod broken;
mod bundled;
mod five;
mod properties;
mod six;
mod world;
