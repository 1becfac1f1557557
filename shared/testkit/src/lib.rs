#![doc = include_str!("../README.md")]

mod caller;
mod clock;
mod eventually;
mod host;
mod ids;
pub mod servers;
mod signer;

pub use caller::{Caller, Reply};
pub use clock::FrozenClock;
pub use eventually::eventually;
pub use host::TestHost;
pub use ids::SeededIds;
pub use signer::Signer;
