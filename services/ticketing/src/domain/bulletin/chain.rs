//! The chain of bulletins, and the root of a month's.
//!
//! # How to check by hand
//!
//! 1. The hash of a bulletin is the SHA-256, in lower-case hex, of three lines joined by a single line feed (none at the
//!    end): `linli-bulletin-1`, the hash of the bulletin before it (64 zeros before the first), and the bulletin's body
//!    as it was published, byte by byte.
//! 2. The root of a month is the Merkle tree hash of RFC 6962 (2.1) over the 32-byte hashes of the month's bulletins in
//!    the order of the chain: a leaf is `SHA-256(0x00 || hash)`, a node `SHA-256(0x01 || left || right)`, and `n` leaves
//!    are split at the largest power of two below `n`.

use aws_lc_rs::digest::{Context, SHA256, digest};

use super::SCHEMA;
use crate::domain::panel::hex;

/// The hash before the first bulletin.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Computes the hash of a bulletin.
#[must_use]
pub fn hash(before: &str, body: &str) -> String {
    let text = format!("{SCHEMA}\n{before}\n{body}");
    hex(digest(&SHA256, text.as_bytes()).as_ref())
}

/// Computes the root of some hashes; nothing where one is no hash, or where there are none.
#[must_use]
pub fn root(hashes: &[String]) -> Option<String> {
    let leaves: Option<Vec<Vec<u8>>> = hashes.iter().map(|hash| bytes(hash)).collect();
    let leaves = leaves.filter(|leaves| !leaves.is_empty())?;
    Some(hex(&tree(&leaves)))
}

fn tree(leaves: &[Vec<u8>]) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    match leaves {
        [] => {}
        [leaf] => {
            context.update(&[0]);
            context.update(leaf);
        }
        _ => {
            let half = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(half);
            context.update(&[1]);
            context.update(&tree(left));
            context.update(&tree(right));
        }
    }
    context.finish().as_ref().to_vec()
}

fn bytes(hash: &str) -> Option<Vec<u8>> {
    if hash.len() != 64 || !hash.is_ascii() {
        return None;
    }
    (0..32)
        .map(|place| u8::from_str_radix(hash.get(place * 2..place * 2 + 2)?, 16).ok())
        .collect()
}
