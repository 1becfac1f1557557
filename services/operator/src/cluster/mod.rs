//! What the operator reads and writes in the cluster.

mod changes;
mod data;
mod leader;
mod news;
mod secrets;

pub(crate) use changes::content_changes;
pub(crate) use data::read_data;
pub(crate) use leader::Elector;
pub(crate) use news::{News, Tone};
pub(crate) use secrets::{SecretProblem, Secrets};
