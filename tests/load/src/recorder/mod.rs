//! What a service really sends to PostgreSQL: a proxy that reads along.

mod frontend;
mod proxy;
mod value;

pub(crate) use frontend::Sent;
pub(crate) use proxy::Recorder;
pub(crate) use value::Value;
