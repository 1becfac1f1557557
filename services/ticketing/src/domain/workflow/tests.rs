#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests may")]

mod broken;
mod bundled;
mod five;
mod judging;
mod parts;
mod properties;
mod rehearsal;
mod six;
mod six_five;
mod world;
