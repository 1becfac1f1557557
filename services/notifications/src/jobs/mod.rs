//! Work that the service does by itself.

pub(crate) mod forget_messages;
