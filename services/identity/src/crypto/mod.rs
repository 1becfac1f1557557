//! Password hashes, sealed secrets, the signing keys, refresh tokens: everything secret, and nothing
//! else.

mod challenge;
mod code;
mod data_key;
mod gcm;
mod opaque;
mod passwords;
mod recovery;
mod refresh_token;
mod seal;
mod signing;
mod totp;

pub(crate) use challenge::Challenge;
pub use chassis::key_file::KeyFileError;
pub(crate) use code::generate_code;
pub(crate) use data_key::DataKey;
pub use gcm::Cipher;
pub(crate) use opaque::{answers_challenge, generate_opaque, is_challenge};
pub(crate) use passwords::{HashError, Passwords, generate_password};
pub(crate) use recovery::{folded_recovery_code, generate_recovery_code};
pub(crate) use refresh_token::{RandomError, RefreshToken};
pub(crate) use seal::{SealError, SealRing};
pub(crate) use signing::{Signer, SigningError, SigningKey, TurnKey, key_files};
pub(crate) use totp::TotpSecret;

use aws_lc_rs::{constant_time, digest};

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

/// Compares secrets in a time that tells nothing of where they differ.
pub(crate) fn equal(one: &[u8], other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}
