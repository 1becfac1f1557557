//! Order per aggregate while some of them wait: pure, no clock, no I/O.
//!
//! Entries come out in the order in which they went in, except that an entry which failed parks
//! its lane: it and everything behind it in the same lane waits, the other lanes go on.

use std::collections::{BTreeMap, HashMap};

/// An item in its lane.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry<T> {
    place: u64,
    lane: String,
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

/// Items in lanes, some of them parked until an instant `At`.
#[derive(Debug)]
pub struct Lanes<T, At> {
    ready: BTreeMap<u64, Entry<T>>,
    parked: HashMap<String, Parked<T, At>>,
    next_place: u64,
    len: usize,
}

impl<T, At: Ord + Copy> Default for Lanes<T, At> {
    fn default() -> Self {
        Self {
            ready: BTreeMap::new(),
            parked: HashMap::new(),
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

    /// Puts an item at the end of its lane.
    pub fn push(&mut self, lane: String, item: T) {
        let place = self.next_place;
        self.next_place += 1;
        self.restore(Entry {
            place,
            lane,
            suspect: false,
            item,
        });
    }

    /// Puts an entry that was taken and not tried back into its place.
    pub fn restore(&mut self, entry: Entry<T>) {
        self.len += 1;
        match self.parked.get_mut(&entry.lane) {
            Some(parked) => parked.entries.insert(entry.place, entry),
            None => self.ready.insert(entry.place, entry),
        };
    }

    /// Puts an entry that failed back into its place and makes its lane wait.
    pub fn park(&mut self, mut entry: Entry<T>, until: At) {
        entry.suspect = true;
        let behind: Vec<u64> = self
            .ready
            .values()
            .filter(|other| other.lane == entry.lane)
            .map(|other| other.place)
            .collect();
        let lane = entry.lane.clone();
        let parked = self.parked.entry(lane).or_insert_with(|| Parked {
            until,
            entries: BTreeMap::new(),
        });
        parked.until = until;
        parked.entries.insert(entry.place, entry);
        for place in behind {
            if let Some(other) = self.ready.remove(&place) {
                parked.entries.insert(place, other);
            }
        }
        self.len += 1;
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
            if let Some(mut parked) = self.parked.remove(&lane) {
                self.ready.append(&mut parked.entries);
            }
        }
    }

    /// Takes up to `limit` ready entries, oldest first. One that failed before comes alone, so that
    /// its next failure does not cost the others their common transaction.
    pub fn take(&mut self, limit: usize) -> Vec<Entry<T>> {
        let mut taken = Vec::new();
        while taken.len() < limit {
            let Some(first) = self.ready.first_entry() else {
                break;
            };
            let suspect = first.get().suspect;
            if suspect && !taken.is_empty() {
                break;
            }
            taken.push(first.remove());
            if suspect {
                break;
            }
        }
        self.len -= taken.len();
        taken
    }
}
