#![doc = include_str!("../README.md")]

mod fact;
mod failure;
mod kind;
mod locale;
mod quick;
mod render;

pub use fact::{Category, Fact};
pub use failure::Failure;
pub use kind::Kind;
pub use locale::{Locale, Message};
pub use quick::{quick, quick_fields};
pub use render::{FieldError, FieldProblem, Problem};
