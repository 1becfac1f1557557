#![doc = include_str!("../README.md")]

pub mod catalogue;
pub mod consumers;
pub mod facts;
pub mod identity;
pub mod registry;
pub mod ticketing;
pub mod volunteering;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A fact that one service tells the others.
pub trait Event: Serialize + DeserializeOwned + Send + Sync {
    /// CloudEvents type: `linli.<service>.<aggregate>.<past verb>.v<n>`.
    const TYPE: &'static str;
}

/// Ties payload structs to their event types.
macro_rules! events {
    ($($name:ident => $kind:literal),+ $(,)?) => {
        $(impl crate::Event for $name {
            const TYPE: &'static str = $kind;
        })+

        /// Types of the events in this module.
        pub const TYPES: &[&str] = &[$($kind),+];
    };
}
pub(crate) use events;

/// Walks the types of all events.
pub fn types() -> impl Iterator<Item = &'static str> {
    [
        identity::TYPES,
        registry::TYPES,
        ticketing::TYPES,
        volunteering::TYPES,
    ]
    .into_iter()
    .flatten()
    .copied()
}
