#![doc = include_str!("../README.md")]

mod caller;
pub mod chaos;
mod clock;
mod eventually;
mod host;
mod ids;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;
mod ledger;
pub mod plans;
pub mod register;
pub mod servers;
mod signer;
mod storage;

pub use caller::{Caller, Reply, Target};
pub use clock::FrozenClock;
pub use eventually::{eventually, lasting};
pub use host::TestHost;
pub use ids::SeededIds;
pub use ledger::{Difference, Ledger, Sent};
pub use signer::Signer;
pub use storage::Storage;
