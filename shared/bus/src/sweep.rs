//! Where a relay reads on in the outbox: pure.
//!
//! PostgreSQL numbers rows when they are inserted and shows them when they are committed, so a
//! number may appear behind higher ones. A sweep starts again at a gap for as long as a
//! transaction may reasonably stay open, and from the very start once in a while.

use std::collections::BTreeMap;

/// Sweeps from the start of the outbox: every so many.
const WHOLE_EVERY: u32 = 10;
/// Most gaps remembered; beyond them the whole sweep has to do.
const GAPS: usize = 64;

#[derive(Debug)]
pub(crate) struct Sweep<At> {
    /// Place behind which the sweep under way reads next.
    place: Option<i64>,
    /// A wake came during the sweep: another one follows.
    again: bool,
    /// Highest row ever read.
    high: i64,
    /// Last row before a gap, and until when the gap may be filled.
    gaps: BTreeMap<i64, At>,
    polls: u32,
}

impl<At: Ord + Copy> Sweep<At> {
    /// Starts with a sweep over everything.
    pub(crate) fn new() -> Self {
        Self {
            place: Some(0),
            again: false,
            high: 0,
            gaps: BTreeMap::new(),
            polls: 0,
        }
    }

    /// Returns the place behind which to read, none when there is nothing to do.
    pub(crate) fn place(&self) -> Option<i64> {
        self.place
    }

    /// Something may have been committed.
    pub(crate) fn wake(&mut self, now: At) {
        if self.place.is_some() {
            self.again = true;
            return;
        }
        self.gaps.retain(|_, until| *until > now);
        self.place = Some(self.gaps.keys().next().copied().unwrap_or(self.high));
    }

    /// Time to look whether anything was missed.
    pub(crate) fn poll(&mut self, now: At) {
        self.polls += 1;
        self.wake(now);
        if self.polls >= WHOLE_EVERY {
            self.polls = 0;
            self.place = Some(0);
        }
    }

    /// Rows were read at the place; `full` when there may be more behind them.
    pub(crate) fn read(&mut self, rows: impl Iterator<Item = i64>, full: bool, now: At, until: At) {
        for seq in rows {
            if self.high > 0 && seq > self.high + 1 && self.gaps.len() < GAPS {
                self.gaps.insert(self.high, until);
            }
            self.high = self.high.max(seq);
            self.place = Some(seq);
        }
        if full {
            return;
        }
        self.place = None;
        if std::mem::take(&mut self.again) {
            self.wake(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sweep;

    #[test]
    fn a_sweep_reads_on_until_a_batch_is_not_full() {
        let mut sweep = Sweep::new();
        assert_eq!(sweep.place(), Some(0));
        sweep.read([7, 8].into_iter(), true, 0, 5);
        assert_eq!(sweep.place(), Some(8));
        sweep.read([9].into_iter(), false, 0, 5);
        assert_eq!(sweep.place(), None);
        sweep.wake(1);
        assert_eq!(sweep.place(), Some(9));
    }

    #[test]
    fn a_wake_during_a_sweep_starts_another() {
        let mut sweep = Sweep::new();
        sweep.wake(0);
        sweep.read([1].into_iter(), false, 0, 5);
        assert_eq!(sweep.place(), Some(1));
        sweep.read([].into_iter(), false, 0, 5);
        assert_eq!(sweep.place(), None);
    }

    #[test]
    fn a_number_that_appears_late_is_read_again() {
        let mut sweep = Sweep::new();
        sweep.read([1, 3].into_iter(), false, 0, 5);
        sweep.wake(1);
        assert_eq!(sweep.place(), Some(1), "2 may still be committed");
        sweep.read([2, 3].into_iter(), false, 1, 6);
        sweep.wake(6);
        assert_eq!(sweep.place(), Some(3), "the gap is given up on");
    }

    #[test]
    fn every_tenth_poll_looks_at_everything() {
        let mut sweep = Sweep::new();
        sweep.read([4].into_iter(), false, 0, 5);
        for _ in 0..9 {
            sweep.poll(1);
            assert_eq!(sweep.place(), Some(4));
            sweep.read([].into_iter(), false, 1, 5);
        }
        sweep.poll(1);
        assert_eq!(sweep.place(), Some(0));
    }
}
