//! Password hashes, sealed secrets, the signing keys, refresh tokens: everything secret, and nothing
//! else.

mod data_key;
mod key_file;
mod passwords;
mod refresh_token;
mod seal;
mod signing;

pub(crate) use data_key::DataKey;
pub use key_file::KeyFileError;
pub(crate) use passwords::{HashError, Passwords, generate_password};
pub(crate) use refresh_token::{RandomError, RefreshToken};
pub(crate) use seal::{SealError, SealRing};
pub(crate) use signing::{Signer, SigningError};

use aws_lc_rs::digest;

/// Returns the SHA-256 digest.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    for (target, byte) in digest
        .iter_mut()
        .zip(digest::digest(&digest::SHA256, bytes).as_ref())
    {
        *target = *byte;
    }
    digest
}
