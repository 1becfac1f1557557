//! What the operator reads and writes in the cluster.

mod data;
mod leader;
mod news;
mod secrets;

pub(crate) use data::read_data;
pub(crate) use leader::Elector;
pub(crate) use news::{News, Tone};
pub(crate) use secrets::{SecretProblem, Secrets};
