//! Who works, who waits and who is next: pure, no clock, no I/O.
//!
//! Every key has a queue. Keys with somebody waiting stand in a ring: whose turn comes sends its
//! oldest waiter to work and goes to the end. A key whose thousands wait has one turn a round, as
//! any other.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hash;

/// How much of everything there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Most that work at once.
    pub(crate) working: usize,
    /// Most that wait.
    pub(crate) waiting: usize,
    /// Most that wait of one key.
    pub(crate) share: usize,
}

/// A place in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket<K> {
    key: K,
    number: u64,
}

/// What becomes of somebody who comes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry<K> {
    /// To work at once.
    Working,
    /// In the queue of its key.
    Waiting(Ticket<K>),
    /// Sent away: its key has its share of those who wait.
    OverShare,
    /// Sent away: there is no room for anybody.
    Full,
}

/// Those who work, as a number, and those who wait, each with something to call them by.
#[derive(Debug)]
pub(crate) struct Queues<K, W> {
    bounds: Bounds,
    working: usize,
    waiting: usize,
    by_key: HashMap<K, BTreeMap<u64, W>>,
    /// Keys with somebody waiting, each once, the next first.
    ring: VecDeque<K>,
    next_number: u64,
}

impl<K: Copy + Eq + Hash, W> Queues<K, W> {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            working: 0,
            waiting: 0,
            by_key: HashMap::new(),
            ring: VecDeque::new(),
            next_number: 0,
        }
    }

    /// Lets somebody in, to work or to wait.
    pub(crate) fn enter(&mut self, key: K, waiter: W) -> Entry<K> {
        if self.working < self.bounds.working {
            self.working += 1;
            return Entry::Working;
        }
        let of_key = self.by_key.get(&key).map_or(0, BTreeMap::len);
        if of_key >= self.bounds.share {
            return Entry::OverShare;
        }
        if self.waiting >= self.bounds.waiting {
            return Entry::Full;
        }
        let number = self.next_number;
        self.next_number += 1;
        self.waiting += 1;
        if of_key == 0 {
            self.ring.push_back(key);
        }
        self.by_key.entry(key).or_default().insert(number, waiter);
        Entry::Waiting(Ticket { key, number })
    }

    /// Takes somebody out of the queue; nothing when they are not in it any more.
    pub(crate) fn leave(&mut self, ticket: Ticket<K>) -> Option<W> {
        let queue = self.by_key.get_mut(&ticket.key)?;
        let waiter = queue.remove(&ticket.number)?;
        self.waiting -= 1;
        if queue.is_empty() {
            self.by_key.remove(&ticket.key);
            self.ring.retain(|key| *key != ticket.key);
        }
        Some(waiter)
    }

    /// Somebody has done: their place goes to whoever is returned, or is free.
    pub(crate) fn done(&mut self) -> Option<W> {
        let next = self.next();
        if next.is_none() {
            self.working = self.working.saturating_sub(1);
        }
        next
    }

    fn next(&mut self) -> Option<W> {
        let key = self.ring.pop_front()?;
        let queue = self.by_key.get_mut(&key)?;
        let (_, waiter) = queue.pop_first()?;
        self.waiting -= 1;
        if queue.is_empty() {
            self.by_key.remove(&key);
        } else {
            self.ring.push_back(key);
        }
        Some(waiter)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests may")]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::{Bounds, Entry, Queues, Ticket};

    const BOUNDS: Bounds = Bounds {
        working: 2,
        waiting: 6,
        share: 3,
    };

    fn waiting(entry: Entry<u8>) -> Ticket<u8> {
        match entry {
            Entry::Waiting(ticket) => ticket,
            other => panic!("{other:?} does not wait"),
        }
    }

    #[test]
    fn keys_take_turns_and_one_key_keeps_its_order() {
        let mut queues = Queues::new(Bounds {
            working: 1,
            waiting: 9,
            share: 9,
        });
        assert_eq!(queues.enter(1, "at work"), Entry::Working);
        for (key, waiter) in [(1, "a"), (1, "b"), (1, "c"), (2, "x"), (3, "y"), (2, "z")] {
            waiting(queues.enter(key, waiter));
        }
        let order: Vec<_> = std::iter::from_fn(|| queues.done()).collect();
        assert_eq!(order, ["a", "x", "y", "b", "z", "c"]);
        assert_eq!(queues.enter(1, "again"), Entry::Working);
    }

    #[test]
    fn a_key_over_its_share_is_told_from_a_full_house() {
        let mut queues = Queues::new(BOUNDS);
        let entries: Vec<_> = (0..6).map(|_| queues.enter(1, ())).collect();
        assert_eq!(entries.last(), Some(&Entry::OverShare));
        for key in [2, 2, 3] {
            waiting(queues.enter(key, ()));
        }
        assert_eq!(queues.enter(3, ()), Entry::Full);
        assert_eq!(queues.enter(1, ()), Entry::OverShare);
    }

    #[test]
    fn who_leaves_makes_room_and_is_not_called() {
        let mut queues = Queues::new(BOUNDS);
        queues.enter(1, "at work");
        queues.enter(1, "at work");
        let gone = waiting(queues.enter(1, "gone"));
        waiting(queues.enter(2, "stays"));
        assert_eq!(queues.leave(gone), Some("gone"));
        assert_eq!(queues.leave(gone), None);
        assert_eq!(queues.done(), Some("stays"));
        assert_eq!((queues.done(), queues.done()), (None, None));
        assert_eq!((queues.working, queues.waiting), (0, 0));
    }

    #[derive(Debug, Clone)]
    enum Step {
        Enter(u8),
        Leave(prop::sample::Index),
        Done,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0..5_u8).prop_map(Step::Enter),
            1 => any::<prop::sample::Index>().prop_map(Step::Leave),
            2 => Just(Step::Done),
        ];
        prop::collection::vec(step, 0..200)
    }

    proptest! {
        /// Against a model that only counts: bounds hold, nobody is lost or called twice, whoever
        /// waits first of a key is passed at most once by each other key.
        #[test]
        fn bounds_hold_places_do_not_leak_and_nobody_starves(steps in steps()) {
            let mut queues = Queues::new(BOUNDS);
            let mut at_work = 0_usize;
            // who waits, in order of coming, and how often each other key went first since it led
            let mut waiting: Vec<(u64, Ticket<u8>)> = Vec::new();
            let mut passed: BTreeMap<u64, BTreeSet<u8>> = BTreeMap::new();
            for (id, step) in (0_u64..).zip(steps) {
                match step {
                    Step::Enter(key) => match queues.enter(key, id) {
                        Entry::Working => at_work += 1,
                        Entry::Waiting(ticket) => waiting.push((id, ticket)),
                        Entry::OverShare => {
                            let own = waiting.iter().filter(|(_, ticket)| ticket.key == key);
                            prop_assert_eq!(own.count(), BOUNDS.share);
                        }
                        Entry::Full => prop_assert_eq!(waiting.len(), BOUNDS.waiting),
                    },
                    Step::Leave(index) if !waiting.is_empty() => {
                        let (id, ticket) = waiting.remove(index.index(waiting.len()));
                        prop_assert_eq!(queues.leave(ticket), Some(id));
                    }
                    Step::Done if at_work > 0 => match queues.done() {
                        None => {
                            prop_assert!(waiting.is_empty(), "a place is idle while some wait");
                            at_work -= 1;
                        }
                        Some(id) => {
                            let at = waiting.iter().position(|(waiter, _)| *waiter == id).unwrap();
                            let (_, served) = waiting.remove(at);
                            let mut led = BTreeSet::new();
                            for (other, ticket) in &waiting {
                                prop_assert!(ticket.key != served.key || *other > id, "out of order");
                                if ticket.key != served.key && led.insert(ticket.key) {
                                    let new = passed.entry(*other).or_default().insert(served.key);
                                    prop_assert!(new, "a key had two turns before another's first");
                                }
                            }
                        }
                    },
                    Step::Leave(_) | Step::Done => {}
                }
                prop_assert!(queues.working == at_work && at_work <= BOUNDS.working);
                prop_assert!(queues.waiting == waiting.len() && waiting.len() <= BOUNDS.waiting);
                prop_assert!(at_work == BOUNDS.working || waiting.is_empty());
                prop_assert_eq!(queues.ring.len(), queues.by_key.len());
            }
        }
    }
}
