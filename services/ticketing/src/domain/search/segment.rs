//! A segment of the index: up to 4,096 orders as a table of bits, one row (slice) per slot, one column per order.
//!
//! Each term sets the bits of three slots, so an order with 120 terms sets 4 % of them. Who looks for a term reads three
//! slices per segment and keeps the columns that are set in all: every order that has the term, and one in 10,000 that
//! has not. Putting an order into a finished segment costs about two rows, an index of its terms would cost 120.

use super::Term;

/// Most orders of a segment.
pub const SEGMENT: usize = 4_096;
/// Slots of a segment.
pub const SLICES: u16 = 8_192;
/// Bits of a slot's number.
const SLOT_BITS: u32 = 13;

/// Finds the three slots of a term. Kept in the store, so they must not change.
#[must_use]
pub fn slots(term: Term) -> [u16; 3] {
    // splitmix64: every bit of the term reaches every slot
    let mut mixed = u64::from(term).wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    [0, SLOT_BITS, 2 * SLOT_BITS].map(|shift| {
        let slot = (mixed >> shift) & u64::from(SLICES - 1);
        u16::try_from(slot).unwrap_or_default()
    })
}

/// The bits of a segment by slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment(Vec<Vec<u8>>);

impl Segment {
    /// Builds a segment of the terms of its orders, in their order; of more than fit the first.
    #[must_use]
    pub fn build<'a>(orders: impl Iterator<Item = &'a [Term]>) -> Self {
        let mut slices = vec![Vec::new(); usize::from(SLICES)];
        for (place, terms) in orders.take(SEGMENT).enumerate() {
            for slot in terms.iter().flat_map(|term| slots(*term)) {
                let Some(slice) = slices.get_mut(usize::from(slot)) else {
                    continue;
                };
                let byte = place / 8;
                if slice.len() <= byte {
                    slice.resize(byte + 1, 0);
                }
                if let Some(bits) = slice.get_mut(byte) {
                    *bits |= 1 << (place % 8);
                }
            }
        }
        Self(slices)
    }

    /// Lists the slices that have a bit set.
    pub fn slices(&self) -> impl Iterator<Item = (u16, &[u8])> {
        (0..SLICES)
            .zip(self.0.iter().map(Vec::as_slice))
            .filter(|(_, slice)| !slice.is_empty())
    }
}

/// The orders of a segment that are set in every slice read so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches {
    bits: Vec<u8>,
    slices: usize,
}

impl Matches {
    /// Keeps what a further slice has as well.
    pub fn and(&mut self, slice: &[u8]) {
        self.slices += 1;
        if self.slices == 1 {
            self.bits = slice.to_vec();
            return;
        }
        self.bits.truncate(slice.len());
        for (kept, other) in self.bits.iter_mut().zip(slice) {
            *kept &= other;
        }
    }

    /// Returns the matches once `wanted` slices were read: a slice that is not there has no bit.
    #[must_use]
    pub fn of(self, wanted: usize) -> Option<Self> {
        (self.slices == wanted && self.bits.iter().any(|bits| *bits != 0)).then_some(self)
    }

    /// Counts them.
    #[must_use]
    pub fn count(&self) -> usize {
        let ones = self.bits.iter().map(|bits| bits.count_ones());
        usize::try_from(ones.sum::<u32>()).unwrap_or(usize::MAX)
    }

    /// Counts those at a place and behind it.
    #[must_use]
    pub fn count_from(&self, place: usize) -> usize {
        (place..self.places())
            .filter(|place| self.has(*place))
            .count()
    }

    /// Tells whether the order at a place is one.
    #[must_use]
    pub fn has(&self, place: usize) -> bool {
        let bits = self.bits.get(place / 8).copied().unwrap_or_default();
        bits >> (place % 8) & 1 == 1
    }

    /// Finds the first and the last place of them.
    #[must_use]
    pub fn ends(&self) -> Option<(usize, usize)> {
        let first = (0..self.places()).find(|place| self.has(*place))?;
        Some((first, self.newest(SEGMENT).next()?))
    }

    /// Lists their places below one, the last first.
    pub fn newest(&self, below: usize) -> impl Iterator<Item = usize> {
        (0..self.places().min(below))
            .rev()
            .filter(|place| self.has(*place))
    }

    fn places(&self) -> usize {
        self.bits.len() * 8
    }
}
