#![doc = include_str!("../README.md")]

mod claims;
mod ctx;
mod ended;
mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod keyring;
mod policies;
pub mod policy;
mod principal;
mod ruling;
mod trace;

pub use claims::TokenClaims;
pub use ctx::{AuthState, ClientAddress, Ctx, PublicCtx, TellingCtx, await_key, caller};
pub use error::AuthError;
pub use keyring::{Jwk, JwkSet, KeyError, KeyRequest, KeyRing, ed25519_jwk};
pub use policy::{Access, Policy};
pub use principal::{Grant, Principal};
pub use ruling::Ruling;
pub use trace::TraceContext;
