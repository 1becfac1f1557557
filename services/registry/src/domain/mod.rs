//! Pure rules of the organisation tree.

pub(crate) mod division;
pub(crate) mod geo;
pub(crate) mod grid;
pub(crate) mod history;
pub(crate) mod kind;
pub(crate) mod organisation;
pub(crate) mod placement;
pub(crate) mod post;
pub(crate) mod report_in;
pub(crate) mod search;
#[cfg(test)]
mod tree_tests;
pub(crate) mod venue;
