//! Order per aggregate and turns between districts, while some aggregates wait: pure, no clock, no
//! I/O.
//!
//! Entries of one group come out in the order in which they went in, groups take turns. An entry
//! that failed parks its lane: it and everything behind it in the same lane waits, the other lanes
//! go on.
//!
//! A lane belongs to the group of the first of its entries inside, whatever those behind it say:
//! otherwise an event whose district differs would overtake.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// An item in its lane.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry<T> {
    place: u64,
    lane: String,
    group: Arc<str>,
    suspect: bool,
    /// The item.
    pub item: T,
}

impl<T> Entry<T> {
    /// Returns the lane, i.e. the aggregate.
    #[must_use]
    pub fn lane(&self) -> &str {
        &self.lane
    }
}

#[derive(Debug)]
struct Parked<T, At> {
    until: At,
    entries: BTreeMap<u64, Entry<T>>,
}

/// Group of a lane, and how many of its entries are inside.
#[derive(Debug)]
struct Member {
    group: Arc<str>,
    entries: usize,
}

/// Items in lanes, some of them parked until an instant `At`.
#[derive(Debug)]
pub struct Lanes<T, At> {
    /// By group; none is empty.
    ready: HashMap<Arc<str>, BTreeMap<u64, Entry<T>>>,
    /// The groups of `ready`, the next first.
    turns: VecDeque<Arc<str>>,
    parked: HashMap<String, Parked<T, At>>,
    members: HashMap<String, Member>,
    next_place: u64,
    len: usize,
}

impl<T, At: Ord + Copy> Default for Lanes<T, At> {
    fn default() -> Self {
        Self {
            ready: HashMap::new(),
            turns: VecDeque::new(),
            parked: HashMap::new(),
            members: HashMap::new(),
            next_place: 0,
            len: 0,
        }
    }
}

impl<T, At: Ord + Copy> Lanes<T, At> {
    /// Returns how many items are inside, ready or parked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Says whether nothing is inside.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Says whether a lane waits for its retry.
    #[must_use]
    pub fn is_parked(&self, lane: &str) -> bool {
        self.parked.contains_key(lane)
    }

    /// Returns when the next parked lane may go on.
    #[must_use]
    pub fn next_due(&self) -> Option<At> {
        self.parked.values().map(|parked| parked.until).min()
    }

    /// Puts an item at the end of its lane. What was taken is done or back by then.
    pub fn push(&mut self, group: &str, lane: String, item: T) {
        let place = self.next_place;
        self.next_place += 1;
        let known = self.members.get(&lane);
        let group = known.map_or_else(|| group.into(), |member| Arc::clone(&member.group));
        self.restore(Entry {
            place,
            lane,
            group,
            suspect: false,
            item,
        });
    }

    /// Puts an entry that was taken and not tried back into its place.
    pub fn restore(&mut self, entry: Entry<T>) {
        self.count_in(&entry);
        match self.parked.get_mut(&entry.lane) {
            Some(parked) => {
                parked.entries.insert(entry.place, entry);
            }
            None => self.ready(entry),
        }
    }

    /// Puts an entry that failed back into its place and makes its lane wait.
    pub fn park(&mut self, mut entry: Entry<T>, until: At) {
        entry.suspect = true;
        self.count_in(&entry);
        let behind = self.take_lane(&entry);
        let lane = entry.lane.clone();
        let parked = self.parked.entry(lane).or_insert_with(|| Parked {
            until,
            entries: BTreeMap::new(),
        });
        parked.until = until;
        parked.entries.insert(entry.place, entry);
        parked.entries.extend(behind);
    }

    /// Lets the lanes go on whose time has come.
    pub fn release(&mut self, now: At) {
        if self.parked.is_empty() {
            return;
        }
        let due: Vec<String> = self
            .parked
            .iter()
            .filter(|(_, parked)| parked.until <= now)
            .map(|(lane, _)| lane.clone())
            .collect();
        for lane in due {
            if let Some(parked) = self.parked.remove(&lane) {
                for entry in parked.entries.into_values() {
                    self.ready(entry);
                }
            }
        }
    }

    /// Takes up to `limit` ready entries, one of each group in turn, the oldest of a group first. One
    /// that failed before comes alone, so that its next failure does not cost the others their
    /// common transaction.
    pub fn take(&mut self, limit: usize) -> Vec<Entry<T>> {
        let mut taken = Vec::new();
        while taken.len() < limit
            && let Some(first) = self.first()
        {
            let suspect = first.suspect;
            if suspect && !taken.is_empty() {
                break;
            }
            taken.extend(self.take_first());
            if suspect {
                break;
            }
        }
        taken
    }

    /// The entry whose turn it is.
    fn first(&self) -> Option<&Entry<T>> {
        let queue = self.ready.get(self.turns.front()?)?;
        queue.first_key_value().map(|(_, entry)| entry)
    }

    /// Takes that entry; the turn goes to the next group.
    fn take_first(&mut self) -> Option<Entry<T>> {
        let group = self.turns.pop_front()?;
        let queue = self.ready.get_mut(&group)?;
        let (_, entry) = queue.pop_first()?;
        if queue.is_empty() {
            self.ready.remove(&group);
        } else {
            self.turns.push_back(group);
        }
        self.count_out(&entry);
        Some(entry)
    }

    fn ready(&mut self, entry: Entry<T>) {
        let queue = self.ready.entry(Arc::clone(&entry.group)).or_default();
        if queue.is_empty() {
            self.turns.push_back(Arc::clone(&entry.group));
        }
        queue.insert(entry.place, entry);
    }

    /// Takes out whatever is ready in the lane of `entry`.
    fn take_lane(&mut self, entry: &Entry<T>) -> BTreeMap<u64, Entry<T>> {
        let Some(queue) = self.ready.get_mut(&entry.group) else {
            return BTreeMap::new();
        };
        let taken = queue.extract_if(.., |_, other| other.lane == entry.lane);
        let taken = taken.collect();
        if queue.is_empty() {
            self.ready.remove(&entry.group);
            self.turns.retain(|group| *group != entry.group);
        }
        taken
    }

    fn count_in(&mut self, entry: &Entry<T>) {
        self.len += 1;
        if let Some(member) = self.members.get_mut(&entry.lane) {
            member.entries += 1;
        } else {
            let group = Arc::clone(&entry.group);
            let member = Member { group, entries: 1 };
            self.members.insert(entry.lane.clone(), member);
        }
    }

    fn count_out(&mut self, entry: &Entry<T>) {
        self.len -= 1;
        if let Some(member) = self.members.get_mut(&entry.lane) {
            member.entries -= 1;
            if member.entries == 0 {
                self.members.remove(&entry.lane);
            }
        }
    }
}
