#![doc = include_str!("../README.md")]

mod caller;
pub mod chaos;
mod clock;
mod eventually;
mod host;
mod ids;
mod ledger;
mod signer;

pub use caller::{Caller, Reply};
pub use clock::FrozenClock;
pub use eventually::eventually;
pub use host::TestHost;
pub use ids::SeededIds;
pub use ledger::{Difference, Ledger, Sent};
pub use signer::Signer;
