//! The bus by itself: one database that tells, one that hears, and the bus between them.

mod place;
mod rig;
mod watch;

pub(crate) use place::Place;
pub(crate) use rig::Rig;
