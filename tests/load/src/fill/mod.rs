//! Fills an installation with orders.

mod catalogue;
pub(crate) mod copies;
mod dialect;
pub(crate) mod import;
