//! Which deliveries of a channel are open: pure, no I/O.

use std::collections::BTreeSet;

/// What to tell the broker.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Settlement {
    /// Everything up to this delivery is settled.
    pub(crate) up_to: Option<u64>,
    /// Deliveries settled behind others that are open.
    pub(crate) single: Vec<u64>,
}

/// Deliveries that were handed out and are not settled.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    open: BTreeSet<u64>,
}

impl Ledger {
    /// A delivery is handed out.
    pub(crate) fn open(&mut self, tag: u64) {
        self.open.insert(tag);
    }

    /// Deliveries are settled, in any order; gathers them into as few acknowledgements as possible.
    pub(crate) fn settle(&mut self, tags: &[u64]) -> Settlement {
        let settled: Vec<u64> = tags
            .iter()
            .copied()
            .filter(|tag| self.open.remove(tag))
            .collect();
        let lowest = self.open.first().copied();
        // What lapin holds and has not handed out lies above everything that was handed out.
        let (below, mut single): (Vec<u64>, Vec<u64>) = settled
            .into_iter()
            .partition(|tag| lowest.is_none_or(|lowest| *tag < lowest));
        single.sort_unstable();
        Settlement {
            up_to: below.into_iter().max(),
            single,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ledger, Settlement};

    fn ledger(tags: std::ops::RangeInclusive<u64>) -> Ledger {
        let mut ledger = Ledger::default();
        tags.for_each(|tag| ledger.open(tag));
        ledger
    }

    #[test]
    fn a_run_is_settled_with_one_acknowledgement() {
        let mut ledger = ledger(1..=4);
        let settlement = ledger.settle(&[2, 1, 3]);
        assert_eq!(settlement.up_to, Some(3));
        assert!(settlement.single.is_empty());
        assert_eq!(ledger.settle(&[4]).up_to, Some(4));
    }

    #[test]
    fn what_waits_is_not_settled_by_those_behind_it() {
        let mut ledger = ledger(1..=5);
        let settlement = ledger.settle(&[5, 1, 3]);
        assert_eq!(settlement.up_to, Some(1));
        assert_eq!(settlement.single, [3, 5]);
        assert_eq!(ledger.settle(&[2]).up_to, Some(2));
        assert_eq!(ledger.settle(&[4]).up_to, Some(4));
    }

    #[test]
    fn a_delivery_is_settled_once() {
        let mut ledger = ledger(1..=1);
        assert_eq!(ledger.settle(&[1]).up_to, Some(1));
        assert_eq!(ledger.settle(&[1]), Settlement::default());
    }
}
