//! The same statements, sent by pgbench.

mod program;
mod script;

pub(crate) use program::Run;
pub(crate) use script::Script;
