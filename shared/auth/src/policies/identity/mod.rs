//! Identity's tables.

pub(crate) mod accounts;
pub(crate) mod privacy;
pub(crate) mod sign_in;
