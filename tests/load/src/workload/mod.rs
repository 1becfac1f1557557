//! What clients do, and how fast they come.

pub(crate) mod closed;
pub(crate) mod intake;
pub(crate) mod lifecycle;
pub(crate) mod open;
pub(crate) mod turns;
