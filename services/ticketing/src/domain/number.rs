//! The order number that people read, write down and say on the phone (工单编号).
//!
//! `WD20261122-7K2MQ9XR`: the workflow's letters, the day in the business zone, a tail of eight Crockford characters
//! (no I, L, O, U, so nothing is misread). The tail is the first 40 bits of SHA-256 over the order's id, so that a
//! number needs no counter that every writer would queue for. Numbers sort by day within a workflow.
//!
//! Two orders of one day share a tail with a chance of about n²/2⁴¹: one in a thousand on a day with 45,000 orders.
//! The store keeps numbers unique; on a clash the caller derives the next `attempt`.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{Context, SHA256};
use jiff::tz::TimeZone;
use kernel::{OrderId, Timestamp, TypedId};
use serde::{Deserialize, Serialize};

/// Crockford's alphabet.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of the tail.
const TAIL: usize = 8;
/// Digits of the day.
const DAY: usize = 8;

/// A human order number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct OrderNumber(String);

/// A text that is not an order number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("不是工单编号 (not an order number)")]
pub struct NotAnOrderNumber;

impl OrderNumber {
    /// Derives the number of an order.
    ///
    /// `attempt` is 0 at first; after a clash in the store the next one gives another tail.
    #[must_use]
    pub fn derive(
        prefix: &str,
        id: OrderId,
        opened_at: Timestamp,
        zone: &TimeZone,
        attempt: u32,
    ) -> Self {
        let day = opened_at.date_in(zone);
        let tail = tail(id, attempt);
        Self(format!(
            "{prefix}{:04}{:02}{:02}-{tail}",
            day.year(),
            day.month(),
            day.day()
        ))
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether a prefix is usable: one to four capitals.
    #[must_use]
    pub fn is_prefix(text: &str) -> bool {
        (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase())
    }
}

/// Encodes 40 bits of the digest of id and attempt.
fn tail(id: OrderId, attempt: u32) -> String {
    let mut context = Context::new(&SHA256);
    context.update(id.uuid().as_bytes());
    context.update(&attempt.to_be_bytes());
    let digest = context.finish();
    let bits = digest
        .as_ref()
        .iter()
        .take(5)
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let mut text = String::with_capacity(TAIL);
    for place in (0..TAIL).rev() {
        let index = usize::try_from(bits >> (place * 5) & 31).unwrap_or_default();
        text.push(ALPHABET.get(index).map_or('0', |byte| char::from(*byte)));
    }
    text
}

impl FromStr for OrderNumber {
    type Err = NotAnOrderNumber;

    /// Reads a number as people type it: small letters and blanks around it are forgiven.
    fn from_str(text: &str) -> Result<Self, NotAnOrderNumber> {
        let text = text.trim().to_ascii_uppercase();
        let (head, tail) = text.split_once('-').ok_or(NotAnOrderNumber)?;
        let letters = head.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let digits = head.strip_prefix(letters).ok_or(NotAnOrderNumber)?;
        let tail_is_good = tail.len() == TAIL && tail.bytes().all(|byte| ALPHABET.contains(&byte));
        if !Self::is_prefix(letters) || digits.len() != DAY || !tail_is_good {
            return Err(NotAnOrderNumber);
        }
        Ok(Self(text))
    }
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<OrderNumber> for String {
    fn from(number: OrderNumber) -> Self {
        number.0
    }
}

impl TryFrom<String> for OrderNumber {
    type Error = NotAnOrderNumber;

    fn try_from(text: String) -> Result<Self, NotAnOrderNumber> {
        text.parse()
    }
}

#[cfg(test)]
mod tests;
