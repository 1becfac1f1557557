//! Pure rules: what has to be done, what is said of it, who leads, when to try again.

pub(crate) mod backoff;
pub(crate) mod conditions;
pub(crate) mod deletion;
pub(crate) mod divisions;
pub(crate) mod lease;
pub(crate) mod plan;
pub(crate) mod rules;
