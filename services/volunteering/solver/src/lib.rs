#![doc = include_str!("../README.md")]
#![expect(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "numbers are bounded and indices proved where an instance is read; the searches' inner loops rest on that"
)]

mod anneal;
pub mod dispatch;
pub mod explain;
pub mod online;
mod profile;
pub mod random;
mod read;
pub mod roster;
mod run;
pub mod shift24;

pub use read::ReadError;
pub use run::{Effort, Observer, Progress, Unwatched, gap_permille};
