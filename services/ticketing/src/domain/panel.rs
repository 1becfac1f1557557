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
//! # The algorithm `linli-draw-2`: by household (按户抽取)
//!
//! As above, but among households instead of persons. The text of a candidate is the reference under which the home of
//! the residents is kept, or, of somebody whose home is not known, their account id as text; whoever shares a text is
//! one candidate. A household with the requester, with anybody who handled the order or with anybody who keeps out of
//! it is removed before. All residents of a drawn household may cast its one vote.
//!
//! The shuffle and the reduction are written out here instead of taken from `rand`, whose results may change with a
//! release; a draw made today must give the same answer in ten years.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use kernel::AccountId;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// The name of the algorithm described above.
pub const ALGORITHM: &str = "linli-draw-1";

/// The name of the algorithm that draws households.
pub const BY_HOUSEHOLD: &str = "linli-draw-2";

/// The references of homes, by resident; of some it is not known.
pub type Homes = BTreeMap<AccountId, String>;

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
    /// The same, a household at a time, where households were drawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub households: Vec<Vec<AccountId>>,
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
    let (candidates, candidates_digest) = choose(seed, &mut pool, size);
    Draw {
        algorithm: ALGORITHM.to_owned(),
        seed: seed.to_owned(),
        candidates,
        candidates_digest,
        chosen: pool.into_iter().map(|(_, account)| account).collect(),
        households: Vec::new(),
    }
}

/// Draws up to `size` households; fewer when there are fewer.
#[must_use]
pub fn draw_households(
    seed: &str,
    candidates: &[AccountId],
    homes: &Homes,
    excluded: &[AccountId],
    size: u32,
) -> Draw {
    let mut pool = eligible_households(candidates, homes, excluded);
    let (candidates, candidates_digest) = choose(seed, &mut pool, size);
    let households: Vec<Vec<AccountId>> = pool.into_iter().map(|(_, members)| members).collect();
    Draw {
        algorithm: BY_HOUSEHOLD.to_owned(),
        seed: seed.to_owned(),
        candidates,
        candidates_digest,
        chosen: households.concat(),
        households,
    }
}

/// Leaves those of a sorted pool that are drawn, in the order of the draw; returns how many there were, and their
/// digest.
fn choose<T>(seed: &str, pool: &mut Vec<(String, T)>, size: u32) -> (u32, String) {
    let candidates_digest = digest_of(pool);
    let count = u32::try_from(pool.len()).unwrap_or(u32::MAX);
    let mut stream = key_stream(seed);
    let size = usize::try_from(size.min(count)).unwrap_or(pool.len());
    for place in 0..size {
        let left = u64::try_from(pool.len().saturating_sub(place)).unwrap_or(u64::MAX);
        let step = usize::try_from(below(&mut stream, left)).unwrap_or(0);
        pool.swap(place, place.saturating_add(step));
    }
    pool.truncate(size);
    (count, candidates_digest)
}

/// Draws again from a record and says whether everything agrees; of a draw of persons no homes are needed.
pub fn recompute(
    record: &Draw,
    candidates: &[AccountId],
    homes: &Homes,
    excluded: &[AccountId],
) -> Result<(), DrawMismatch> {
    let size = |drawn: usize| u32::try_from(drawn).unwrap_or(u32::MAX);
    let again = match record.algorithm.as_str() {
        ALGORITHM => draw(
            &record.seed,
            candidates,
            excluded,
            size(record.chosen.len()),
        ),
        BY_HOUSEHOLD => {
            let size = size(record.households.len());
            draw_households(&record.seed, candidates, homes, excluded, size)
        }
        _ => return Err(DrawMismatch::Algorithm),
    };
    if again.candidates_digest != record.candidates_digest || again.candidates != record.candidates
    {
        return Err(DrawMismatch::Candidates);
    }
    if again.chosen != record.chosen || again.households != record.households {
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

/// Puts residents together by their home and removes the households that may not judge.
fn eligible_households(
    candidates: &[AccountId],
    homes: &Homes,
    excluded: &[AccountId],
) -> Vec<(String, Vec<AccountId>)> {
    let home = |account: &AccountId| {
        let known = homes.get(account).cloned();
        known.unwrap_or_else(|| account.to_string())
    };
    let barred: BTreeSet<String> = excluded.iter().map(home).collect();
    let mut pool: BTreeMap<String, Vec<AccountId>> = BTreeMap::new();
    for (text, account) in eligible(candidates, &[]) {
        let key = homes.get(&account).cloned().unwrap_or(text);
        if !barred.contains(&key) {
            pool.entry(key).or_default().push(account);
        }
    }
    pool.into_iter().collect()
}

/// Digests the sorted candidates.
fn digest_of<T>(pool: &[(String, T)]) -> String {
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
