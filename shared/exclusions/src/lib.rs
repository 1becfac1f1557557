#![doc = include_str!("../README.md")]

mod copy;
mod excluded;

pub use copy::{list_about, list_of};
pub use excluded::Excluded;
