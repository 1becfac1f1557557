//! What the operator reads and writes in the cluster.

mod changes;
mod data;
mod leader;
mod news;
mod secrets;

pub(crate) use changes::content_changes;
pub(crate) use data::{DataProblem, read_data, read_key, read_map};
pub(crate) use leader::Elector;
pub(crate) use news::{News, Tone};
pub(crate) use secrets::{SecretProblem, Secrets};
