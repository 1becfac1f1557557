//! Rows of notifications; they never leave this folder.

pub(crate) mod audit;
pub(crate) mod holders;
pub(crate) mod messages;
pub(crate) mod moves;
pub(crate) mod parties;
mod tables;
