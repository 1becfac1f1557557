//! What a relay holds in memory: pure, no clock, no I/O.
//!
//! At most one run of each aggregate is under way; what comes behind it waits here, and what does
//! not fit is left in the outbox and fetched when its turn comes.

use std::collections::{HashMap, HashSet, VecDeque};

use store::outbox::Pending;

/// What comes after a run of an aggregate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The next run.
    Run(Vec<Pending>),
    /// Rows that were left in the outbox, those behind this place.
    Fetch(i64),
    /// Nothing.
    Nothing,
}

#[derive(Debug, Default)]
struct Lane {
    waiting: VecDeque<Pending>,
    /// Rows of this aggregate were seen and left in the outbox.
    left_behind: bool,
    /// Last row of this aggregate that was taken in.
    last: i64,
}

#[derive(Debug)]
pub(crate) struct Window {
    limit: usize,
    run: usize,
    /// Aggregates with a run under way.
    lanes: HashMap<String, Lane>,
    /// Rows in memory: under way, waiting, or delivered and not yet removed from the outbox.
    known: HashSet<i64>,
}

impl Window {
    pub(crate) fn new(limit: usize, run: usize) -> Self {
        Self {
            limit: limit.max(1),
            run: run.max(1),
            lanes: HashMap::new(),
            known: HashSet::new(),
        }
    }

    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.known.len())
    }

    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// Returns how many rows of one aggregate to fetch; none while there is no room for them.
    pub(crate) fn fetch_size(&self) -> usize {
        self.run.min(self.room())
    }

    /// Takes rows in as they were read, in order; returns the runs that can start.
    pub(crate) fn offer(&mut self, rows: Vec<Pending>) -> Vec<Vec<Pending>> {
        let mut runs: Vec<Vec<Pending>> = Vec::new();
        let mut starting: HashMap<String, usize> = HashMap::new();
        for row in rows {
            if self.known.contains(&row.seq) {
                continue;
            }
            let started = starting.get(&row.aggregate).copied();
            let busy = started.is_none() && self.lanes.contains_key(&row.aggregate);
            let lane = self.lanes.entry(row.aggregate.clone()).or_default();
            let run = started.and_then(|index| runs.get_mut(index));
            match run {
                // Behind rows that were left in the outbox: left there as well.
                _ if lane.left_behind => {}
                Some(run) if run.len() < self.run => {
                    self.known.insert(row.seq);
                    lane.last = row.seq;
                    run.push(row);
                }
                None if !busy => {
                    self.known.insert(row.seq);
                    lane.last = row.seq;
                    starting.insert(row.aggregate.clone(), runs.len());
                    runs.push(vec![row]);
                }
                _ if lane.waiting.len() < self.run => {
                    self.known.insert(row.seq);
                    lane.last = row.seq;
                    lane.waiting.push_back(row);
                }
                _ => lane.left_behind = true,
            }
        }
        runs
    }

    /// Learns that a run is through; says what its aggregate has next.
    pub(crate) fn settled(&mut self, aggregate: &str) -> Next {
        let Some(lane) = self.lanes.get_mut(aggregate) else {
            return Next::Nothing;
        };
        if !lane.waiting.is_empty() {
            let size = lane.waiting.len().min(self.run);
            return Next::Run(lane.waiting.drain(..size).collect());
        }
        if lane.left_behind {
            return Next::Fetch(lane.last);
        }
        self.lanes.remove(aggregate);
        Next::Nothing
    }

    /// Takes in the rows that [`Next::Fetch`] asked for, at most `limit` of them were asked for.
    pub(crate) fn fetched(
        &mut self,
        aggregate: &str,
        rows: Vec<Pending>,
        limit: usize,
    ) -> Option<Vec<Pending>> {
        let lane = self.lanes.get_mut(aggregate)?;
        lane.left_behind = rows.len() >= limit;
        let Some(last) = rows.last() else {
            self.lanes.remove(aggregate);
            return None;
        };
        lane.last = last.seq;
        self.known.extend(rows.iter().map(|row| row.seq));
        Some(rows)
    }

    /// Learns that rows have left the outbox.
    pub(crate) fn forget(&mut self, removed: &[i64]) {
        for seq in removed {
            self.known.remove(seq);
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventId, Timestamp, TypedId};
    use store::outbox::Pending;

    use super::{Next, Window};

    fn row(seq: i64, aggregate: &str) -> Pending {
        Pending {
            seq,
            event_id: EventId::from_uuid(uuid::Uuid::nil()),
            aggregate: aggregate.to_owned(),
            body: String::new(),
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn places(rows: &[Pending]) -> Vec<i64> {
        rows.iter().map(|row| row.seq).collect()
    }

    fn starts(window: &mut Window, rows: Vec<Pending>) -> Vec<Vec<i64>> {
        let runs = window.offer(rows);
        runs.iter().map(|run| places(run)).collect()
    }

    #[test]
    fn one_run_of_an_aggregate_is_under_way() {
        let mut window = Window::new(100, 2);
        let rows = vec![row(1, "a"), row(2, "b"), row(3, "a"), row(4, "a")];
        assert_eq!(starts(&mut window, rows), [vec![1, 3], vec![2]]);
        assert!(starts(&mut window, vec![row(5, "b")]).is_empty());
        assert_eq!(window.settled("a"), Next::Run(vec![row(4, "a")]));
        assert_eq!(window.settled("a"), Next::Nothing);
        assert_eq!(window.settled("b"), Next::Run(vec![row(5, "b")]));
        assert_eq!(window.settled("b"), Next::Nothing);
        assert_eq!(window.len(), 5);
        window.forget(&[1, 2, 3, 4, 5]);
        assert_eq!(window.room(), 100);
    }

    #[test]
    fn a_row_read_again_is_not_published_again() {
        let mut window = Window::new(100, 2);
        assert_eq!(starts(&mut window, vec![row(1, "a")]), [[1]]);
        assert!(starts(&mut window, vec![row(1, "a")]).is_empty());
        assert_eq!(window.settled("a"), Next::Nothing);
        assert!(
            starts(&mut window, vec![row(1, "a")]).is_empty(),
            "delivered, but not yet removed"
        );
    }

    #[test]
    fn a_storm_is_left_in_the_outbox_and_fetched_in_order() {
        let mut window = Window::new(100, 2);
        let rows = (1..=9).map(|seq| row(seq, "a")).collect();
        assert_eq!(starts(&mut window, rows), [[1, 2]]);
        assert_eq!(window.len(), 4, "a run and as much again");
        assert_eq!(
            window.settled("a"),
            Next::Run(vec![row(3, "a"), row(4, "a")])
        );
        assert_eq!(window.settled("a"), Next::Fetch(4));
        let fetched = window.fetched("a", vec![row(5, "a"), row(6, "a")], 2);
        assert_eq!(places(&fetched.unwrap_or_default()), [5, 6]);
        assert!(
            starts(&mut window, vec![row(10, "a")]).is_empty(),
            "still behind rows in the outbox"
        );
        assert_eq!(window.settled("a"), Next::Fetch(6));
        let fetched = window.fetched("a", vec![row(7, "a")], 2);
        assert_eq!(places(&fetched.unwrap_or_default()), [7]);
        assert_eq!(window.settled("a"), Next::Nothing);
        assert_eq!(starts(&mut window, vec![row(11, "a")]), [[11]]);
    }

    #[test]
    fn a_fetch_that_finds_nothing_ends_the_lane() {
        let mut window = Window::new(100, 1);
        let rows = (1..=3).map(|seq| row(seq, "a")).collect();
        assert_eq!(starts(&mut window, rows), [[1]]);
        assert_eq!(window.settled("a"), Next::Run(vec![row(2, "a")]));
        assert_eq!(window.settled("a"), Next::Fetch(2));
        assert_eq!(window.fetched("a", Vec::new(), 1), None);
        assert_eq!(window.settled("a"), Next::Nothing);
        assert_eq!(starts(&mut window, vec![row(4, "a")]), [[4]]);
    }

    /// Found by the simulation: while rows could not be removed, storms were fetched without end.
    #[test]
    fn a_window_full_of_delivered_rows_fetches_nothing() {
        let mut window = Window::new(5, 2);
        let rows = (1..=9).map(|seq| row(seq, "a")).collect();
        assert_eq!(starts(&mut window, rows), [[1, 2]]);
        assert_eq!(
            window.settled("a"),
            Next::Run(vec![row(3, "a"), row(4, "a")])
        );
        assert_eq!(window.settled("a"), Next::Fetch(4));
        assert_eq!(window.fetch_size(), 1, "there is room for one");
        window.fetched("a", vec![row(5, "a")], 1);
        assert_eq!(window.settled("a"), Next::Fetch(5));
        assert_eq!(window.fetch_size(), 0);
        window.forget(&[1, 2, 3]);
        assert_eq!(window.fetch_size(), 2);
    }
}
