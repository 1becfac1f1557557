//! The draw of the panel (评议团抽签): random, recorded, and re-computable by anybody.
//!
//! # The algorithm `linli-draw-1`
//!
//! 1. **Candidates.** Write each eligible person's account id as text (`acc_…`), after removing the requester and
//!    everybody who handled the order. Sort the texts by their bytes and drop repetitions.
//! 2. **Digest.** `candidates_digest` is the SHA-256, in lower-case hex, of the texts joined by a single line feed
//!    (no line feed at the end).
//! 3. **Key stream.** The key is SHA-256 of the seed text (its bytes as recorded, not decoded). The stream is
//!    `ChaCha` with 20 rounds, this key, a nonce of zero and a 64-bit block counter from zero.
//! 4. **Numbers.** Each number takes the next 8 bytes of the stream as a little-endian 64-bit integer `x`. For a
//!    choice among `n`, `x` is thrown away and the next one taken while `x >= 2^64 - (2^64 mod n)`; the number is
//!    then `x mod n`. Every candidate is therefore equally likely.
//! 5. **Draw.** A Fisher–Yates shuffle from the front: for `i = 0, 1, … k-1` choose `j = i + number(len - i)` and
//!    swap the candidates at `i` and `j`. The first `k` are the panel, in this order.
//!
//! The shuffle and the reduction are written out here instead of taken from `rand`, whose results may change with a
//! release; a draw made today must give the same answer in ten years.

use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use kernel::AccountId;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// The name of the algorithm described above.
pub const ALGORITHM: &str = "linli-draw-1";

/// The record of one draw: with the list of candidates it is enough to draw again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// The algorithm.
    pub algorithm: String,
    /// The seed, hex text of random bytes.
    pub seed: String,
    /// How many people could be drawn.
    pub candidates: u32,
    /// SHA-256 of the sorted candidates.
    pub candidates_digest: String,
    /// Who was drawn, in the order of the draw.
    pub chosen: Vec<AccountId>,
}

/// Why a recorded draw could not be confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DrawMismatch {
    /// The record names an algorithm that this version does not know.
    #[error("the draw was made by an unknown algorithm")]
    Algorithm,
    /// The candidates are not those of the record.
    #[error("the candidates differ from those of the recorded draw")]
    Candidates,
    /// The same candidates and seed give other people.
    #[error("the recorded panel is not the one that the seed gives")]
    Chosen,
}

/// Draws up to `size` people; fewer when there are fewer candidates.
///
/// The order and repetition of `candidates` do not matter.
#[must_use]
pub fn draw(seed: &str, candidates: &[AccountId], excluded: &[AccountId], size: u32) -> Draw {
    let mut pool = eligible(candidates, excluded);
    let candidates_digest = digest_of(&pool);
    let count = u32::try_from(pool.len()).unwrap_or(u32::MAX);
    let mut stream = key_stream(seed);
    let size = usize::try_from(size.min(count)).unwrap_or(pool.len());
    for place in 0..size {
        let left = u64::try_from(pool.len().saturating_sub(place)).unwrap_or(u64::MAX);
        let step = usize::try_from(below(&mut stream, left)).unwrap_or(0);
        pool.swap(place, place.saturating_add(step));
    }
    pool.truncate(size);
    Draw {
        algorithm: ALGORITHM.to_owned(),
        seed: seed.to_owned(),
        candidates: count,
        candidates_digest,
        chosen: pool.into_iter().map(|(_, account)| account).collect(),
    }
}

/// Draws again from a record and says whether everything agrees.
pub fn recompute(
    record: &Draw,
    candidates: &[AccountId],
    excluded: &[AccountId],
) -> Result<(), DrawMismatch> {
    if record.algorithm != ALGORITHM {
        return Err(DrawMismatch::Algorithm);
    }
    let size = u32::try_from(record.chosen.len()).unwrap_or(u32::MAX);
    let again = draw(&record.seed, candidates, excluded, size);
    if again.candidates_digest != record.candidates_digest || again.candidates != record.candidates
    {
        return Err(DrawMismatch::Candidates);
    }
    if again.chosen != record.chosen {
        return Err(DrawMismatch::Chosen);
    }
    Ok(())
}

/// Sorts the candidates by their text and removes those who may not judge.
fn eligible(candidates: &[AccountId], excluded: &[AccountId]) -> Vec<(String, AccountId)> {
    let mut pool: Vec<(String, AccountId)> = candidates
        .iter()
        .filter(|candidate| !excluded.contains(candidate))
        .map(|candidate| (candidate.to_string(), *candidate))
        .collect();
    pool.sort_unstable();
    pool.dedup();
    pool
}

/// Digests the sorted candidates.
fn digest_of(pool: &[(String, AccountId)]) -> String {
    let texts: Vec<&str> = pool.iter().map(|(text, _)| text.as_str()).collect();
    hex(digest(&SHA256, texts.join("\n").as_bytes()).as_ref())
}

/// Starts the stream of random bytes that a seed stands for.
fn key_stream(seed: &str) -> ChaCha20Rng {
    let mut key = [0_u8; SHA256_OUTPUT_LEN];
    key.copy_from_slice(digest(&SHA256, seed.as_bytes()).as_ref());
    ChaCha20Rng::from_seed(key)
}

/// Takes the next number below `limit`, without favouring small ones.
fn below(stream: &mut ChaCha20Rng, limit: u64) -> u64 {
    // 2^64 mod limit, computed within 64 bits
    let limit = limit.max(1);
    let excess = (u64::MAX % limit + 1) % limit;
    loop {
        let number = stream.next_u64();
        if number <= u64::MAX - excess {
            return number % limit;
        }
    }
}

/// Writes bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        // writing to a String cannot fail
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests;
