//! What a service says of the facts that others keep as well.

use std::fmt::{Display, Write};
use std::pin::Pin;

use aws_lc_rs::digest::{SHA256, digest};
use contracts::facts::Fact;
use store::{Database, StoreError};

/// Ends every field, so that two fields never read as one.
const END: char = '\u{1f}';

/// The tallies of one service, being made.
pub type Tallies = Pin<Box<dyn Future<Output = Result<Vec<Tally>, StoreError>> + Send>>;

/// The audit of a service that keeps no such fact.
#[must_use]
pub fn no_facts(_: Database) -> Tallies {
    Box::pin(async { Ok(Vec::new()) })
}

/// How many items of a fact a service keeps, and which: a digest that no order of reading changes,
/// so that it is made page by page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    fact: Fact,
    count: u64,
    digest: u128,
}

impl Tally {
    /// Items read at once.
    pub const PAGE: u64 = 1_000;

    /// Begins with nothing.
    #[must_use]
    pub fn new(fact: Fact) -> Self {
        Self {
            fact,
            count: 0,
            digest: 0,
        }
    }

    /// Counts an item, given by the fields that [`Fact`] names, in that order.
    pub fn add(&mut self, fields: &[&dyn Display]) {
        let mut text = String::with_capacity(128);
        for field in fields {
            // writing to a text cannot fail
            write!(text, "{field}{END}").ok();
        }
        let hash = digest(&SHA256, text.as_bytes());
        let (first, _) = hash.as_ref().split_at(size_of::<u128>());
        let item = first.try_into().map_or(0, u128::from_be_bytes);
        self.count += 1;
        // a sum, not XOR: an item that is there twice shows
        self.digest = self.digest.wrapping_add(item);
    }

    /// The fact.
    #[must_use]
    pub fn fact(&self) -> Fact {
        self.fact
    }

    /// How many items.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Which items, as hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        format!("{:032x}", self.digest)
    }

    /// The text of a field that may be absent.
    #[must_use]
    pub fn optional(field: Option<impl Display>) -> String {
        field.map_or_else(|| "-".to_owned(), |field| field.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fact, Tally};

    fn tally(items: &[[&str; 2]]) -> Tally {
        let mut tally = Tally::new(Fact::Offers);
        for [order, round] in items {
            tally.add(&[order, round]);
        }
        tally
    }

    #[test]
    fn the_order_of_reading_does_not_matter() {
        let there = tally(&[["a", "1"], ["b", "1"], ["a", "2"]]);
        let back = tally(&[["a", "2"], ["b", "1"], ["a", "1"]]);
        assert_eq!(there, back);
        assert_eq!((there.count(), there.digest().len()), (3, 32));
    }

    #[test]
    fn any_difference_shows() {
        let one = tally(&[["a", "1"], ["b", "2"]]);
        for other in [
            tally(&[["a", "1"]]),
            tally(&[["a", "2"], ["b", "1"]]),
            tally(&[["a1", ""], ["b", "2"]]),
            tally(&[["a", "1"], ["a", "1"]]),
        ] {
            assert_ne!(one.digest(), other.digest());
        }
        let twice = tally(&[["a", "1"], ["a", "1"], ["b", "2"], ["b", "2"]]);
        assert_ne!(
            tally(&[]).digest(),
            twice.digest(),
            "pairs do not cancel out"
        );
    }
}
