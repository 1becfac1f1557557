#![doc = include_str!("../README.md")]

mod failure;
mod kind;
mod locale;
mod quick;
mod render;

pub use failure::{Category, Failure};
pub use kind::Kind;
pub use locale::{Locale, Message};
pub use quick::{quick, quick_fields};
pub use render::{FieldError, FieldProblem, Problem};
