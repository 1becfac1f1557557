//! Pure rules of the organisation tree.

pub(crate) mod agreement;
pub(crate) mod alliance;
pub(crate) mod division;
pub(crate) mod dwelling;
pub(crate) mod geo;
pub(crate) mod grid;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod kind;
pub(crate) mod list_claim;
pub(crate) mod list_entry;
pub(crate) mod matching;
pub(crate) mod meeting;
pub(crate) mod organisation;
pub(crate) mod party_figures;
pub(crate) mod placement;
pub(crate) mod post;
pub(crate) mod read_note;
pub(crate) mod report_in;
pub(crate) mod search;
pub(crate) mod sheet;
pub(crate) mod span;
#[cfg(test)]
mod tree_tests;
pub(crate) mod venue;
