#![doc = include_str!("../README.md")]

mod copy;
mod excluded;
pub mod migration;

pub use copy::{list_about, list_of};
pub use excluded::Excluded;
