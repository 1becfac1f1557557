//! Pure rules of tasks and of voluntary service.

pub(crate) mod audience;
pub(crate) mod catalogue;
pub(crate) mod runner;
pub(crate) mod task;
pub(crate) mod team;
pub(crate) mod volunteer;
