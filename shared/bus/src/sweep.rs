//! Where a relay reads on in the outbox: pure.
//!
//! PostgreSQL numbers rows when they are inserted and shows them when they are committed, so a
//! number may appear behind higher ones. A sweep starts again at a gap for as long as a
//! transaction may reasonably stay open, and from the very start once in a while. While it goes
//! on, the gaps that it has passed are looked at before what it reads is published: what was
//! committed there may belong before it.

use std::collections::BTreeMap;

/// Sweeps from the start of the outbox: every so many.
const WHOLE_EVERY: u32 = 10;
/// Most gaps remembered; beyond them the last one stands for all that follow.
const GAPS: usize = 256;

/// Numbers that are missing before `end`.
#[derive(Debug, Clone, Copy)]
struct Gap<At> {
    end: i64,
    /// Until when they may be committed.
    until: At,
}

#[derive(Debug)]
pub(crate) struct Sweep<At> {
    /// Place behind which the sweep under way reads next.
    place: Option<i64>,
    /// A wake came during the sweep: another one follows.
    again: bool,
    /// Highest row ever read.
    high: i64,
    /// By the last row before the gap.
    gaps: BTreeMap<i64, Gap<At>>,
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

    /// Returns the gaps that the sweep under way has passed, each by the rows around it. What is
    /// found in them after a reading comes before what was read.
    pub(crate) fn passed(&self) -> Vec<(i64, i64)> {
        let place = self.place.unwrap_or(0);
        self.gaps
            .range(..place)
            .map(|(before, gap)| (*before, gap.end.min(place + 1)))
            .collect()
    }

    /// Something may have been committed.
    pub(crate) fn wake(&mut self, now: At) {
        if self.place.is_some() {
            self.again = true;
            return;
        }
        self.gaps.retain(|_, gap| gap.until > now);
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
            if seq > self.high + 1 {
                self.remember(self.high, Gap { end: seq, until });
            }
            self.fill(seq);
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

    /// A row has appeared that may have been missing.
    pub(crate) fn fill(&mut self, seq: i64) {
        let Some((before, gap)) = self.gaps.range(..seq).next_back() else {
            return;
        };
        let (before, gap) = (*before, *gap);
        let (left, right) = (seq > before + 1, gap.end > seq + 1);
        let too_many = left && right && self.gaps.len() >= GAPS;
        if seq >= gap.end || too_many {
            return;
        }
        self.gaps.remove(&before);
        if left {
            self.gaps.insert(before, Gap { end: seq, ..gap });
        }
        if right {
            self.gaps.insert(seq, gap);
        }
    }

    fn remember(&mut self, before: i64, gap: Gap<At>) {
        if self.gaps.len() < GAPS {
            self.gaps.insert(before, gap);
        } else if let Some(mut last) = self.gaps.last_entry() {
            last.insert(gap);
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
        sweep.wake(5);
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
        sweep.read([3].into_iter(), false, 1, 6);
        sweep.wake(2);
        assert_eq!(sweep.place(), Some(1), "still");
        sweep.read([2, 3].into_iter(), false, 2, 7);
        sweep.wake(3);
        assert_eq!(sweep.place(), Some(3), "the gap is filled");
    }

    #[test]
    fn a_gap_is_given_up_on_after_its_time() {
        let mut sweep = Sweep::new();
        sweep.read([1, 3].into_iter(), false, 0, 5);
        sweep.wake(5);
        assert_eq!(sweep.place(), Some(3));
    }

    /// Found by the simulation: what was missing before the first row of all was not looked for.
    #[test]
    fn a_number_before_the_first_row_may_appear_late() {
        let mut sweep = Sweep::new();
        sweep.read([3].into_iter(), false, 0, 5);
        sweep.wake(1);
        assert_eq!(sweep.place(), Some(0), "1 and 2 may still be committed");
    }

    /// Found by the simulation: an event overtook an earlier one of its aggregate that had been
    /// committed behind a sweep of several readings.
    #[test]
    fn a_sweep_that_goes_on_looks_at_the_gaps_it_has_passed() {
        let mut sweep = Sweep::new();
        sweep.read([1, 3, 7].into_iter(), true, 0, 5);
        assert_eq!(sweep.passed(), [(1, 3), (3, 7)]);
        sweep.fill(2);
        sweep.fill(5);
        assert_eq!(sweep.passed(), [(3, 5), (5, 7)]);
        sweep.read([8].into_iter(), false, 0, 5);
        sweep.wake(1);
        assert_eq!((sweep.place(), sweep.passed()), (Some(3), Vec::new()));
        sweep.read([4].into_iter(), true, 1, 6);
        assert_eq!(sweep.passed(), [], "5 and 6 are still before it");
    }

    #[test]
    fn of_too_many_gaps_the_last_stands_for_the_others() {
        let mut sweep = Sweep::new();
        sweep.read((1..=400).map(|index| index * 2), true, 0, 5);
        let passed = sweep.passed();
        assert_eq!(passed.len(), super::GAPS);
        assert_eq!(
            (passed.first(), passed.last()),
            (Some(&(0, 2)), Some(&(510, 800)))
        );
    }

    #[test]
    fn every_tenth_poll_looks_at_everything() {
        let mut sweep = Sweep::new();
        sweep.read([4].into_iter(), false, 0, 5);
        for _ in 0..9 {
            sweep.poll(5);
            assert_eq!(sweep.place(), Some(4));
            sweep.read([].into_iter(), false, 5, 9);
        }
        sweep.poll(5);
        assert_eq!(sweep.place(), Some(0));
    }
}
