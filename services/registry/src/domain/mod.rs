//! Pure rules of the organisation tree.

pub(crate) mod division;
pub(crate) mod kind;
pub(crate) mod organisation;
pub(crate) mod placement;
pub(crate) mod search;
