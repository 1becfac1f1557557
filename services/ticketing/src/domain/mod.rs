//! The pure rules of work orders: what an order is, how it moves, who may move it, and the figures made from it.
//!
//! Everything here is a function of its arguments: no clock, no random source, no database, no HTTP, no async.
//! What a rule needs to know from outside comes in as a value ([`workflow::Facts`], a seed, a time).

pub mod actor;
pub mod assist;
pub mod bulletin;
pub mod calendar;
pub mod callback;
pub mod category;
pub mod clock;
pub mod event;
pub mod export;
pub mod flags;
pub mod intake;
pub mod ladder;
pub mod merge;
pub mod number;
pub mod order;
pub mod panel;
pub mod photo;
pub mod project;
pub(crate) mod quota;
pub mod request;
pub mod review;
pub mod routing;
pub mod rule_file;
pub mod scan;
pub mod search;
pub mod similarity;
pub mod statistics;
#[cfg(test)]
pub(crate) mod testing;
pub mod verification;
pub mod wording;
pub mod workflow;
