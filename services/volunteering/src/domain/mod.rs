//! Pure rules of tasks.

pub(crate) mod audience;
pub(crate) mod task;
