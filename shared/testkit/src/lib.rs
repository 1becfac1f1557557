#![doc = include_str!("../README.md")]

mod caller;
pub mod chaos;
mod clock;
mod eventually;
pub mod gateway;
mod host;
mod ids;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;
mod ledger;
#[cfg(feature = "otlp")]
pub mod otlp;
pub mod plans;
pub mod register;
pub mod servers;
mod signer;
mod storage;
mod turns;

pub use caller::{Caller, Reply, Target};
pub use clock::FrozenClock;
pub use eventually::{eventually, lasting};
pub use host::TestHost;
pub use ids::SeededIds;
pub use ledger::{Difference, Ledger, Sent};
pub use signer::Signer;
pub use storage::Storage;
pub use turns::Turns;
